"""Branches that a command took away: their commits are kept, and whom it concerns is told."""

from __future__ import annotations

import time

from pucs import locks, notices
from pucs.client.open_runs import Run
from pucs.client.opening import Repository
from pucs.errors import GitError
from pucs.git import branches
from pucs.model import Event, Notice
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View

_MOST = 2000


def tips(repository: Repository) -> dict[str, str]:
    """Where the branches stand before a command; nothing where there are too many, or git cannot tell."""
    try:
        found = branches.tips(repository.tree.common)
    except GitError:
        return {}
    return found if len(found) <= _MOST else {}


def note(repository: Repository, run: Run) -> None:
    """Keeps what the branches that vanished during the run led to and nothing leads to any more."""
    common = repository.tree.common
    try:
        now = branches.tips(common) if run.branches else {}
        gone = {branch: commit for branch, commit in run.branches.items() if branch not in now}
        lost = branches.unreachable(common, gone.values()) if gone else set()
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        kept = {name: branches.keep(common, name, commit, moment) for name, commit in gone.items() if commit in lost}
    except GitError:
        return
    if kept:
        repository.store.transact(lambda view: _told(run, kept, view))


def _told(run: Run, kept: dict[str, str], view: View) -> Change:
    writes: dict[str, Any] = {}
    agent = view.agent(run.agent)
    events = []
    for branch, ref in kept.items():
        details = {"branch": branch, "commit": run.branches[branch], "ref": ref, "command": run.command}
        events.append(Event(run.agent, agent.stream if agent else None, "branch_kept", details))
        last = view.name("branch/" + branch)
        back = f"Its commits are kept: `git branch {branch} {ref}` brings it back."
        mine = f"While your command ran, branch {branch} was deleted, whose last commit no other ref has. {back}"
        notices.tell(run.agent, Notice(mine, view.now, "branch:" + branch, "high"), view, writes)
        other = view.agent(last.value) if last is not None else None
        if other is not None and not other.ended and not locks.family(other.id, run.agent):
            theirs = (
                f"Branch {branch}, to which you committed last, was deleted while a command of {run.agent} ran. {back}"
            )
            notices.tell(other.id, Notice(theirs, view.now, "branch:" + branch, "high"), view, writes)
    return Change(None, writes, tuple(events))
