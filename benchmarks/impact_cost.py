"""What it costs to say whom a changed signature breaks, in a project of 250 modules with a second working tree."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.edit_cost import Hand
from benchmarks.figures import Report, at_most, told
from benchmarks.measuring import Job, empty_environment, interleaved, median, run, yardstick
from benchmarks.workplace import folder, guarded, hook_commands
from pucs.git import locate
from tests.support import ENTRY, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measuring import Cost
    from tests.support import Repo

ROUNDS = 15
MODULES, USERS = 250, 88
LIMIT_MS = 300.0
EDIT_LIMIT = 1.5
_CORE = """def shared(name, value=0):
    return f'{name}={value}'


class Base:
    def run(self, x):
        return x
"""
_OLD, _NEW = "def shared(name, value=0):", "def shared(name, kind, value=0):"
_FUNCTION = """
def part_{n}(items, limit={n}, *, strict=False):
    found = []
    for item in items:
        if item > limit and not strict:
            found.append(helper_{n}(item, limit))
    return found, len(items)


def helper_{n}(item, limit):
    if item % 2:
        return {{"item": item, "limit": limit}}
    return None
"""
_CLASS = """
class Part{n}(Base):
    def __init__(self, name, size={n}):
        self.name = name
        self.size = size

    @property
    def label(self):
        return f"{{self.name}} {{self.size}}"

    def work(self, items):
        return [self.run(item) for item in items if item]
"""


def measure(rounds: int = ROUNDS) -> Report:
    """The watcher after one edit, with all facts known, and the hook before an edit there."""
    with folder() as where:
        repo, jobs = _project(where)
        everything = {"python3 -c pass": yardstick(empty_environment(where)), **jobs}
        costs = {name: median(found) for name, found in interleaved(everything, rounds).items()}
        told_of = len(list(repo.store.read().names("impact")))
    base = costs["python3 -c pass"]
    watch, before = costs["watch"], costs["before"]
    return Report(
        "Impact of one edited file",
        f"A project of {MODULES} modules of about 350 lines, {USERS} of which call the function whose signature an "
        f"agent changes; another agent holds one of them in a second working tree. Medians of {rounds} interleaved "
        "rounds of the whole watcher process, start of the interpreter included, both trees looked at, facts known; "
        "the unit "
        "is `python3 -c pass` of an empty virtual environment.",
        (
            at_most("the watcher: CPU", watch.cpu * 1000, LIMIT_MS, " ms"),
            told("the watcher: wall", f"{watch.wall * 1000:.0f} ms"),
            told("the watcher: CPU ratio", f"{watch.cpu / base.cpu:.1f}"),
            at_most("before the edit (PreToolUse) there: CPU ratio", before.cpu / base.cpu, EDIT_LIMIT),
            told("files that agents were told of", told_of),
        ),
    )


def _project(where: Path) -> tuple[Repo, dict[str, Callable[[], Cost]]]:
    repo = guarded(where, "", "project")
    (repo.root / "app").mkdir()
    (repo.root / "app/__init__.py").write_text("")
    (repo.root / "app/core.py").write_text(_CORE)
    for number in range(MODULES - 2):
        (repo.root / f"app/part{number}.py").write_text(_module(number))
    repo.git("add", "-A")
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "A project")
    other = repo.worktree("other")
    anna, ben = Hand(repo, hook_commands(repo), "anna"), Hand(other, hook_commands(repo), "ben")
    _edit(ben, other.root / "app/part3.py", ("import os", "import os.path"))
    _edit(anna, repo.root / "app/core.py", (_OLD, _NEW))
    tree = locate.tree_at(str(repo.root))
    if tree is None:
        raise RuntimeError(f"{repo.root} is no working tree")
    command = [sys.executable, "-I", "-S", "-c", ENTRY, str(ROOT), str(ROOT / "hooks/watch_impact.py"), *tree]
    job = Job(command, repo.env, str(repo.root))

    def watch() -> Cost:
        """One look at everything: the mark that says what was seen is taken away before."""
        (repo.state / "watched").unlink(missing_ok=True)
        cost, code, _ = run(job)
        if code:
            raise RuntimeError(f"the watcher exited {code}")
        return cost

    watch()
    return repo, {"watch": watch, "before": lambda: anna.call("PreToolUse", repo.root / "app/core.py", expect=b"")}


def _module(number: int) -> str:
    uses = number < USERS
    head = "import os\n\nfrom app.core import Base" + (", shared" if uses else "") + "\n"
    body = "".join(_FUNCTION.format(n=number * 100 + part) for part in range(15))
    body += "".join(_CLASS.format(n=number * 100 + part) for part in range(10))
    return head + body + (f"\n\ndef use():\n    return shared('x', {number}), os.sep\n" if uses else "")


def _edit(hand: Hand, path: Path, edit: tuple[str, str]) -> None:
    hand.call("PreToolUse", path, b"", edit)
    path.write_text(path.read_text().replace(*edit))
    hand.call("PostToolUse", path, None, edit)
