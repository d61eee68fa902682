"""Pairs of real features in one working tree, through the real hooks: who is denied, against what git could not merge.

    python -m benchmarks.feature_pairs PAIRS.jsonl.gz FOLDER [--every N]

PAIRS has a line for each pair: repository, base commit, for each shared file the base's line ranges that each feature
changes (half-open, from 1), with git's verdict on the two. FOLDER has the repositories, bare, as `owner+name/repo`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.figures import Report, at_least, at_most, markdown, told
from tests.support import ENTRY, ROOT, Client, Repo

HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
Ranges = list[list[int]]


class Line(NamedTuple):
    """A line of the file as it is now, and which line of the base it is (-1: none)."""

    text: str
    base: int


class Outcome(NamedTuple):
    """What became of one pair: was anybody denied, would git have conflicted, and did the commits come apart."""

    denied: bool
    conflict: bool
    apart: bool | None


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


def one_pair(pair: dict[str, Any], repo: Repo, gitdir: Path, number: int) -> Outcome:
    files: dict[str, list[Line]] = {}
    for name in pair["files"]:
        shown = subprocess.run(
            ["git", f"--git-dir={gitdir}", "show", f"{pair['base']}:{name}"], capture_output=True, check=True
        )
        texts = shown.stdout.decode().splitlines(keepends=True)
        files[name] = [Line(text, at) for at, text in enumerate(texts, 1)]
        repo.write(name, shown.stdout)
    repo.git("add", "-A")
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Base")
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
    repo.git("add", "-A")
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Done")
    for agent in finished:
        agent.end()
        agent.close()
    return Outcome(denied, pair["conflict"], together)


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


def measure(pairs: list[dict[str, Any]], folder: Path) -> Report:
    with tempfile.TemporaryDirectory() as where:
        repo = Repo.create(Path(where)).guard()
        for name in HOOKS:
            hook = repo.common / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            script = f"{ROOT}/hooks/git_hook.py"
            hook.write_text(f"#!/bin/sh\nexec {sys.executable} -I -S -c '{ENTRY}' {ROOT} {script} {name} \"$@\"\n")
            hook.chmod(0o755)
        found = [
            one_pair(pair, repo, folder / pair["repo"].replace("/", "+") / "repo", number)
            for number, pair in enumerate(pairs)
        ]
    denials = [one for one in found if one.denied]
    apart = [one.apart for one in found if one.apart is not None]
    needless = sum(not one.conflict for one in denials) / max(len(denials), 1)
    missed = sum(one.conflict and not one.denied for one in found) / len(found)
    figures = (
        told("pairs", len(found)),
        told("needless with a lock on the whole file", f"{sum(not one.conflict for one in found) / len(found):.1%}"),
        at_most("needless denials, of all denials", 100 * needless, 3, " %"),
        at_most("conflicts missed, of all pairs", 100 * missed, 0.5, " %"),
        at_least("commits that come apart", 100 * sum(apart) / max(len(apart), 1), 100, " %"),
    )
    return Report(
        "Two features in one tree", "Each range of a feature is one edit; git's verdict is the judge.", figures
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feature_pairs", description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth pair")
    arguments = parser.parse_args()
    pairs = [json.loads(line) for line in gzip.decompress(arguments.pairs.read_bytes()).splitlines()]
    report = measure(pairs[:: arguments.every], arguments.folder)
    print(markdown(report))
    return int(not report.holds)


if __name__ == "__main__":
    sys.exit(main())
