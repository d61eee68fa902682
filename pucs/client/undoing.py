"""Undo at work: what would go back to what, whether it may, and doing it so that it can be undone in turn."""

from __future__ import annotations

import os
import time
from functools import cached_property

from pucs import steps
from pucs.client import noting
from pucs.client.looking import see_key
from pucs.client.opening import Repository
from pucs.client.recalling import Recall
from pucs.client.undo_rights import Rights
from pucs.errors import Refusal
from pucs.git.worktrees import programs
from pucs.model import ABSENT, RISKED, UNDONE, UNKNOWN, Agent, Snapshot
from pucs.record import Record
from pucs.state import contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.steps import Step

_TYPE, _REGULAR, _LINK = 0o170000, 0o100000, 0o120000


class Return(Record):
    """One path on its way back: what it holds and is to hold, both as bytes, why, and why not if it is refused."""

    step: Step
    now: str
    to: str
    before: bytes | None
    after: bytes | None
    refusal: str = ""

    @property
    def path(self) -> str:
        """Which path."""
        return self.step.path


class Wish(Record):
    """What is to be undone: one path, everything since a moment, or (without either) the last destructive event."""

    path: str = ""
    since: float = 0.0


class Undo:
    """One undo in one working tree, for an agent or (without one) for a person of that name."""

    def __init__(self, repository: Repository, agent: Agent | None, by: str) -> None:
        self.repository = repository
        self.agent = agent
        self.by = agent.id if agent is not None else by
        self._recall = Recall(repository)
        here = [entry for entry in self._recall.entries() if entry.tree == repository.tree.id]
        self._steps = steps.steps(here)
        self._known = steps.known_contents(self._steps)
        self._group = f"undo-{time.time_ns()}"

    def plan(self, wish: Wish) -> tuple[Return, ...]:
        """What would be done, and what would be refused. Raises Refusal where nothing of that kind is known."""
        chosen = self._chosen(wish)
        rights = Rights(self.repository, self.agent, self.by)
        planned = []
        for step in chosen:
            now, data = self._look(step.path)
            if now == step.before:
                continue
            back = Return(step, now, step.before, data, self._recall.content(step.before))
            planned.append(back._replace(refusal=self._refusal(back) or rights.refusal(step)))
        if not planned:
            raise Refusal("there is nothing to undo: every file is as it was before", "see: pucs snapshots")
        return tuple(planned)

    def carry_out(self, planned: Iterable[Return]) -> tuple[Return, ...]:
        """Does it, file by file, each in one step; gives what became of each. What is there now is kept first."""
        rights = Rights(self.repository, self.agent, self.by)
        done = []
        for back in planned:
            told = back if back.refusal else self._carried_out(back, rights)
            if told.refusal:
                self._save(told)
            done.append(told)
        return tuple(done)

    def _chosen(self, wish: Wish) -> list[Step]:
        if wish.path:
            step = steps.previous(self._steps, wish.path, self._look(wish.path)[0])
            if step is None:
                raise Refusal(f"no earlier content of {wish.path} is known", f"see: pucs snapshots {wish.path}")
            return [step]
        if wish.since:
            return steps.since(self._steps, wish.since)
        now = {path: self._look(path)[0] for path in {step.path for step in self._steps if step.after == UNKNOWN}}
        found = steps.last_destructive(self._steps, now)
        if not found:
            hint = "one file: pucs undo PATH; everything: pucs undo --since 1h; what is kept: pucs snapshots"
            raise Refusal("nothing but edits is on record: no command changed a file", hint)
        return found

    def _look(self, path: str) -> tuple[str, bytes | None]:
        sight = see_key(self.repository, path, self.repository.store.read())
        return sight.target.content, sight.data

    def _refusal(self, back: Return) -> str:
        """Why the file must not be touched, whoever asks; "" where it may."""
        link = _link_on(self.repository.tree.root, back.path)
        if link:
            return f"{link} is a symbolic link, which undo does not follow"
        if ".git" in back.path.casefold().split("/"):
            return "git's own files are not undone"
        if back.to != ABSENT and back.after is None:
            return "what it held before was not kept (files above 16 MiB are not)"
        if back.now != ABSENT and back.before is None:
            return "what it holds now cannot be kept (too large, or no file), so this could not be undone"
        if back.now not in self._known.get(back.path, ()):
            return "it was changed since by hand; a copy of that is kept now: say it again to undo it all the same"
        return ""

    def _carried_out(self, back: Return, rights: Rights) -> Return:
        root = self.repository.tree.root
        contents.keep(self.repository.store.root, back.now, back.before)
        if not self._recall.has(back.now):
            return back._replace(refusal="what it holds now cannot be kept: is the disk full?")
        refused = rights.taken(back.step)
        if refused:
            return back._replace(refusal=refused)
        if self._look(back.path)[0] != back.now:
            rights.given_back(back.step)
            return back._replace(refusal="it is being changed right now: look again")
        self._note(UNDONE, back, back.to, back.step.last.what or back.step.last.reason)
        try:
            _put(root, back, self._mode(back))
        finally:
            rights.given_back(back.step)
        return back

    @cached_property
    def _programs(self) -> set[str]:
        return programs(self.repository.tree.root)

    def _save(self, back: Return) -> None:
        """Keeps what a refused file holds, so that whoever insists loses nothing."""
        if back.before is None or back.now in self._known.get(back.path, ()):
            return
        contents.keep(self.repository.store.root, back.now, back.before)
        self._note(RISKED, back, UNKNOWN, "pucs undo")

    def _note(self, reason: str, back: Return, after: str, what: str) -> None:
        tree, now = self.repository.tree.id, time.time()
        entry = Snapshot(reason, self.by, tree, back.path, back.now, after, now, self._group, what[:120])
        noting.note(self.repository.store.root, [entry])

    def _mode(self, back: Return) -> int:
        """The rights of the file: those it has, else those git knows, else those of any new file."""
        try:
            return os.stat(f"{self.repository.tree.root}/{back.path}").st_mode & 0o7777
        except OSError:
            mask = os.umask(0)
            os.umask(mask)
            return (0o777 if back.path in self._programs else 0o666) & ~mask


def _link_on(root: str, path: str) -> str:
    """The first symbolic link on the way to the file, itself included."""
    parts = path.split("/")
    for number in range(1, len(parts) + 1):
        here = "/".join(parts[:number])
        if os.path.islink(f"{root}/{here}"):
            return here
    return ""


def _put(root: str, back: Return, mode: int) -> None:
    """Puts the content in the file's place in one step, or takes the file away."""
    path = f"{root}/{back.path}"
    if back.to == ABSENT:
        os.unlink(path)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    unfinished = f"{os.path.dirname(path)}/.pucs-undo-{os.getpid()}"
    fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(back.after or b"")
        os.chmod(unfinished, mode)
        os.replace(unfinished, path)
    except OSError:
        os.unlink(unfinished)
        raise
