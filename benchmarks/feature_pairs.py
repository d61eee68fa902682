"""Pairs of real features through the real hooks, in one working tree and in two: who is denied, and who is warned.

    python -m benchmarks.feature_pairs PAIRS.jsonl.gz FOLDER [--every N] [--trees one|two|both]
    FEATURE_PAIRS=PAIRS.jsonl.gz FEATURE_BASES=FOLDER python -m benchmarks pairs

PAIRS has a line for each pair: repository, base commit, for each shared file the base's line ranges that each feature
changes (half-open, from 1), with git's verdict on the two. FOLDER has the repositories, bare, as `owner+name/repo`;
without one each base is a text of numbered lines, and `python -m benchmarks pairs` takes the pairs of the tests.

*Near* pairs share no line, but come within three kept lines of each other: what is hard to tell, counted apart.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.figures import Figure, Report, at_least, at_most, markdown, told
from tests.support import ENTRY, ROOT, Client, Repo

HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
_WARNING = "will have to be merged"
_NEAR = 3


class Line(NamedTuple):
    """A line of the file as it is now, and which line of the base it is (-1: none)."""

    text: str
    base: int


class Outcome(NamedTuple):
    """What became of one pair: anybody denied (or warned), would git have conflicted, did the commits come apart."""

    denied: bool
    conflict: bool
    apart: bool | None = None
    near: bool = False


class Stage(NamedTuple):
    """Where pairs are played: a repository with a worktree for each side, and where bases come from."""

    repo: Repo
    sides: dict[str, Repo]
    folder: Path | None


def text_of(lines: list[Line]) -> str:
    return "".join(line.text for line in lines)


def changed(lines: list[Line], start: int, end: int, mark: str) -> list[Line]:
    """The file after somebody put one line in the place of the base's lines, or of what became of them."""
    before = [at for at, line in enumerate(lines) if 0 <= line.base < start]
    after = [at for at, line in enumerate(lines) if line.base >= end]
    inside = [at for at, line in enumerate(lines) if start <= line.base < end]
    if inside and len(inside) == end - start:
        low, high = inside[0], inside[-1] + 1
    else:
        low, high = (before[-1] + 1 if before else 0), (after[0] if after else len(lines))
    return [*lines[:low], Line(mark, -1), *lines[high:]]


def is_near(pair: dict[str, Any]) -> bool:
    """Whether the two share no line of the base, but at most three kept ones lie between them."""
    gaps = [
        max(one[0], other[0]) - min(one[1], other[1])
        for ranges in pair["files"].values()
        for one in ranges["a"]
        for other in ranges["b"]
    ]
    return 0 <= min(gaps, default=-1) <= _NEAR


def laid(pair: dict[str, Any], stage: Stage) -> dict[str, list[Line]]:
    """The pair's shared files as the base has them, committed in the main worktree without hooks."""
    files: dict[str, list[Line]] = {}
    for name, ranges in pair["files"].items():
        if stage.folder is None:
            last = max(end for side in ranges.values() for _, end in side)
            data = b"".join(b"base %d\n" % number for number in range(1, last + 5))
        else:
            gitdir = stage.folder / pair["repo"].replace("/", "+") / "repo"
            command = ["git", f"--git-dir={gitdir}", "show", f"{pair['base']}:{name}"]
            data = subprocess.run(command, capture_output=True, check=True).stdout
        texts = data.decode().splitlines(keepends=True)
        files[name] = [Line(text, at) for at, text in enumerate(texts, 1)]
        stage.repo.write(name, data)
    quietly(stage.repo, "Base")
    return files


def quietly(repo: Repo, subject: str) -> None:
    repo.git("add", "-A")
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", subject)


def in_one_tree(pair: dict[str, Any], stage: Stage, number: int) -> Outcome:
    repo, files = stage.repo, laid(pair, stage)
    agents = {side: Client(repo, PUCS_AGENT_ID=f"{side}-{number}") for side in ("a", "b")}
    denied, finished = False, []
    for side, agent in agents.items():
        agent.start()
        for name, ranges in pair["files"].items():
            for start, end in ranges[side]:
                wanted = changed(files[name], start, end, f"# {side} {number} {start}\n")
                if agent.write(name, text_of(wanted)).denied:
                    denied = True
                else:
                    files[name] = wanted
        finished.append(agent)
    together = None if denied else come_apart(repo, finished, files)
    quietly(repo, "Done")
    for agent in finished:
        agent.end()
        agent.close()
    return Outcome(denied, pair["conflict"], together, is_near(pair))


def in_two_trees(pair: dict[str, Any], stage: Stage, number: int) -> Outcome:
    """Each side works in its worktree, both on branches from one base; a side is warned where it is told so."""
    base, warned = laid(pair, stage), False
    for side, repo in stage.sides.items():
        repo.git("-c", "core.hooksPath=/dev/null", "switch", "-q", "-C", f"{side}-{number}", "main")
    agents = {side: Client(repo, PUCS_AGENT_ID=f"{side}-{number}-two") for side, repo in stage.sides.items()}
    for side, agent in agents.items():
        agent.start()
        files = dict(base)
        for name, ranges in pair["files"].items():
            for start, end in ranges[side]:
                files[name] = changed(files[name], start, end, f"# {side} {number} {start}\n")
                reply = agent.write(name, text_of(files[name]))
                assert not reply.denied, reply.reason
                warned = warned or _WARNING in reply.context
    for side, agent in agents.items():
        agent.end()
        agent.close()
        quietly(stage.sides[side], "Done")
    return Outcome(warned, pair["conflict"], near=is_near(pair))


def come_apart(repo: Repo, agents: list[Client], files: dict[str, list[Line]]) -> bool:
    """Whether each agent's `pucs commit` has no line of the other, and both together are the tree."""
    for agent, other in zip(agents, reversed(agents), strict=True):
        mark = f"# {other._env['PUCS_AGENT_ID'].replace('-', ' ')} "  # noqa: SLF001
        env = {
            **repo.env, "PYTHONPATH": str(ROOT), "CLAUDE_CODE_SESSION_ID": agent.session,
            "CLAUDE_PID": str(agent.process.pid), **agent._env,  # noqa: SLF001
        }  # fmt: skip
        command = [sys.executable, "-m", "pucs", "commit", "-m", "Feature"]
        if subprocess.run(command, cwd=repo.root, env=env, capture_output=True, check=False).returncode:
            return False
        if any(line.startswith("+" + mark) for line in repo.git("show", "--format=").splitlines()):
            return False
    return repo.git("status", "--porcelain") == "" and all(
        repo.read(name) == text_of(lines) for name, lines in files.items()
    )


def measure(
    pairs: list[dict[str, Any]] | None = None, folder: Path | None = None, trees: tuple[str, ...] = ("one", "two")
) -> Report:
    """Without pairs: those that the environment names, else the ones of the tests on bases of numbered lines."""
    if pairs is None:
        pairs, folder = _chosen()
    with tempfile.TemporaryDirectory() as where:
        stage = _stage(Path(where), folder)
        played = {name: [_PLAYS[name](pair, stage, n) for n, pair in enumerate(pairs)] for name in trees}
    figures = [told("pairs", len(pairs)), told("pairs that git could not merge", sum(one["conflict"] for one in pairs))]
    for name, found in played.items():
        what = "denials in one tree" if name == "one" else "warnings in two worktrees"
        figures += _judged(what, found)
        near = [one for one in found if one.near]
        needless = sum(one.denied and not one.conflict for one in near)
        missed = sum(one.conflict and not one.denied for one in near)
        figures.append(told(f"{what}, near pairs only", f"{len(near)}: {needless} needless, {missed} missed"))
        apart = [one.apart for one in found if one.apart is not None]
        if apart:
            figures.append(at_least("commits that come apart", 100 * sum(apart) / len(apart), 100, " %"))
    bases = "fetched bases" if folder is not None else "bases of numbered lines"
    return Report(
        "Pairs of features",
        f"Each range of a feature is one edit through the hooks, on {bases}; git's verdict on the two is the judge.",
        tuple(figures),
    )


def _judged(what: str, found: list[Outcome]) -> list[Figure]:
    denials = [one for one in found if one.denied]
    needless = sum(not one.conflict for one in denials) / max(len(denials), 1)
    missed = sum(one.conflict and not one.denied for one in found) / max(len(found), 1)
    return [
        at_most(f"needless {what}, of all such", 100 * needless, 3, " %"),
        at_most(f"conflicts without {what}, of all pairs", 100 * missed, 0.5, " %"),
    ]


def _stage(where: Path, folder: Path | None) -> Stage:
    repo = Repo.create(where).guard()
    sides = {side: repo.worktree(side) for side in ("a", "b")}
    for name in HOOKS:
        hook = repo.common / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        script = f"{ROOT}/hooks/git_hook.py"
        hook.write_text(f"#!/bin/sh\nexec {sys.executable} -I -S -c '{ENTRY}' {ROOT} {script} {name} \"$@\"\n")
        hook.chmod(0o755)
    return Stage(repo, sides, folder)


def _chosen() -> tuple[list[dict[str, Any]], Path | None]:
    named, folder = os.environ.get("FEATURE_PAIRS"), os.environ.get("FEATURE_BASES")
    if named and folder:
        return read(Path(named)), Path(folder)
    return read(ROOT / "tests/data/feature_pairs.jsonl"), None


def read(path: Path) -> list[dict[str, Any]]:
    """The pairs of a file, packed or not."""
    data = path.read_bytes()
    return [json.loads(line) for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feature_pairs", description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth pair")
    parser.add_argument("--trees", choices=("one", "two", "both"), default="both", help="in how many worktrees")
    arguments = parser.parse_args()
    trees = ("one", "two") if arguments.trees == "both" else (arguments.trees,)
    report = measure(read(arguments.pairs)[:: arguments.every], arguments.folder, trees)
    print(markdown(report))
    return int(not report.holds)


_PLAYS = {"one": in_one_tree, "two": in_two_trees}


if __name__ == "__main__":
    sys.exit(main())
