"""`pucs commit`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from pucs.cli.standing import caller, here
from pucs.client import commit_apart
from pucs.client.handling import inside_of
from pucs.errors import Refusal

if TYPE_CHECKING:
    import argparse

    from pucs.client.opening import Repository
    from pucs.model import Agent


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("commit", help="commit exactly what the calling agent changed, line by line")
    parser.add_argument("-m", dest="message", action="append", required=True, metavar="MESSAGE", help="as git's")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="default: everything it changed in this tree")
    parser.set_defaults(run=_commit)


def _commit(arguments: argparse.Namespace) -> int:
    repository = here()
    agent = caller(repository)
    if agent is None:
        raise Refusal("pucs commit is for agents: nobody keeps note of a person's lines", "use: git commit")
    paths = tuple(_meant(repository, agent, path) for path in arguments.paths)
    made = commit_apart.commit(repository, agent, "\n\n".join(arguments.message), paths)
    sys.stderr.write(made.words)
    if not made.settled:
        sys.stderr.write(
            "pucs: the index was locked by another git; run: git reset -q -- " + " ".join(made.paths) + "\n"
        )
    return int(made.status != 0)


def _meant(repository: Repository, agent: Agent, path: str) -> str:
    """The path as denials say it, from the tree's root; one that is only below the current folder, or changed there."""
    root, here = repository.tree.root, os.path.abspath(path)
    if root in (here, os.path.realpath(here)):
        return ""
    below = os.path.relpath(os.path.realpath(os.path.dirname(here)), root) + "/" + os.path.basename(here)
    mine = {name for tree, name in agent.paths if tree == repository.tree.id}
    found = inside_of(repository, path)
    if below.startswith("..") or os.path.normpath(below) == found:
        return found
    below = inside_of(repository, os.path.join(root, below))
    known = any(name == below or name.startswith(below + "/") for name in mine)
    return below if known or not os.path.lexists(os.path.join(root, found)) else found
