"""Runs that are on: what is known of a command and of the tree before it, kept in a file until it is over."""

from __future__ import annotations

from pucs.authors import Aim
from pucs.client.scanning import Scan, decoded, encoded
from pucs.model import Process
from pucs.record import Record
from pucs.state import run_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


class Run(Record):
    """A tool call whose paths nobody knows for sure, between its two hooks.

    `trees` are the working trees it may reach, each as it was (of the tree's id), `aims` what its text says it will
    write in each. `revision` is the state's when it began and `journal` how long the journal was. `background` is the
    host's name of a command that goes on while its agent works; `unfinished` says that the look after it was not whole.
    """

    call: str
    tool: str
    agent: str
    command: str
    since: float
    revision: int
    journal: int = 0
    process: Process | None = None
    background: str = ""
    unfinished: bool = False
    stash: str = ""
    branches: dict[str, str] = {}
    trees: dict[str, Scan] = {}
    aims: dict[str, Aim] = {}


def store(root: str, run: Run) -> None:
    """Keeps the run, or what it has become. Raises OSError."""
    plain = run._asdict()
    plain["process"] = list(run.process) if run.process is not None else None
    plain["trees"] = {tree: encoded(found) for tree, found in run.trees.items()}
    plain["aims"] = {tree: list(one) for tree, one in run.aims.items()}
    run_files.write(run_files.path_of(root, run.call), plain)


def of_call(root: str, call: str) -> Run | None:
    """The run of that call, if it is on."""
    return _read(run_files.read(run_files.path_of(root, call)))


def every(root: str) -> Iterator[Run]:
    """All runs that are on."""
    for _, plain in run_files.listed(root):
        run = _read(plain)
        if run is not None:
            yield run


def forget(root: str, run: Run) -> bool:
    """Takes the run out; gives whether it was still on."""
    return run_files.remove(run_files.path_of(root, run.call))


def _read(plain: Mapping[str, Any]) -> Run | None:
    if not plain:
        return None
    try:
        process = Process(*plain["process"]) if plain["process"] else None
        trees = {tree: decoded(found) for tree, found in plain["trees"].items()}
        aims = {tree: _aim(one) for tree, one in plain["aims"].items()}
        known = {field: value for field, value in plain.items() if field in Run._fields}
        return Run(**{**known, "process": process, "trees": trees, "aims": aims})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _aim(plain: list[Any]) -> Aim:
    agent, since, paths, folders, *more = plain
    return Aim(agent, since, tuple(paths), tuple(folders), *more)
