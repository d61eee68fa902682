"""An agent: reads, edits, waits when denied, runs tests and the formatter, commits, delegates, is killed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.afternoon import judge
from benchmarks.afternoon.committing import branch, catch_up, commit, undo
from benchmarks.afternoon.hands import Hands, Killed
from benchmarks.afternoon.journal import MARK, Place, Span
from benchmarks.afternoon.world import LONE, MAIN, SHARED, STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.afternoon.world import World

_REFUSED = "The user doesn't want to proceed with this tool use. The tool use was rejected."
_CHANGED = "<tool_use_error>File has been modified since read, either by the user or by a linter.</tool_use_error>"
_MOVED = "File has been unexpectedly modified. Read it again before attempting to write it."
_NO_MATCH = "<tool_use_error>String to replace not found in file.</tool_use_error>"

_KINDS = {"edit": 62, "rewrite": 10, "write": 18, "blind": 3, "refused": 3, "interrupted": 3, "unmatched": 3}


class Agent:
    """One agent; `steps` is its afternoon, one visible step at a time."""

    def __init__(self, world: World, name: str, tree: str, stream: str | None, *, hands: Hands | None = None) -> None:
        self.world = world
        self.name = name
        self.tree = tree
        self.stream = stream
        self.dice = world.dice(name)
        self.repo = world.repos[tree]
        env = {"PUCS_STREAM": stream} if stream and tree == MAIN else {}
        self.hands = hands or Hands(self.repo, world.hooks, world.tally, env)
        self.views: dict[str, str] = {}
        self.listed: dict[str, str] = {}
        self.mine: set[str] = set()
        self.children = 0
        self.is_over = False
        self.wish: list[str] = []

    def steps(self) -> Iterator[None]:
        """The agent's afternoon. Ends early when its client is killed."""
        try:
            self.hands.start("startup")
            yield
            while not self.world.over():
                yield from self._task()
            yield from self._finish()
        except Killed:
            self.is_over = True

    def errand(self) -> Iterator[None]:
        """A subagent's work."""
        self.hands.start("")
        yield
        for path in self._choose()[:2]:
            yield from self._work_on(path, self.dice.randint(1, 2))
        if self.mine and self.dice.random() < 0.2:
            yield from commit(self)
        early = time.monotonic()
        self.hands.stop()
        parent = self.name.rpartition("/")[0]
        self.world.journal.passed_on(self.name, parent, early=early)
        self.world.tally.tell(parent, f"has what {self.name} left")
        yield

    def kill(self) -> None:
        """SIGKILL to its client, whatever it is doing."""
        names = [self.name, *(f"{self.name}/{number}" for number in range(1, self.children + 1))]
        with self.world.journal.mutex:
            self.is_over = True
            early = [self.world.journal.going(name) for name in names][0]  # noqa: RUF015 - each is to be asked
        self.hands.client.kill()
        for name in names:
            catch_up(self.world, name, early)
            self.world.journal.gone(name)
        self.world.tally.count("kills")

    def _task(self) -> Iterator[None]:
        for path in self.wish + self._choose():
            yield from self._work_on(path, self.dice.randint(1, 4))
        self.wish = []
        chance = self.dice.random()
        if chance < 0.07 and "/" not in self.name:
            yield from self._delegate()
        if self.dice.random() < 0.4:
            self.hands.shell(["sh", "-c", "true # the tests"])
            self.world.tally.count("test runs")
            yield
        if self.dice.random() < 0.12:
            yield from self._format()
        if self.mine and self.dice.random() < 0.12:
            yield from undo(self)
        elif self.mine and self.dice.random() < 0.85:
            yield from commit(self)
        if self.tree == LONE and not self.mine and self.dice.random() < 0.3:
            yield from branch(self)
        if self.dice.random() < 0.5:
            self.hands.stop()
            yield
        if self.dice.random() < 0.06:
            self._restart()
            yield

    def _restart(self) -> None:
        self.views.clear()
        self.listed.clear()
        if self.dice.random() < 0.6:
            self.hands.cleared()
            self.world.tally.count("/clear")
        else:
            self.world.journal.going(self.name)
            self.hands.ended_session()
            self.world.journal.gone(self.name)
            early = time.monotonic()
            self.hands.resumed()
            self.world.journal.back(self.name, early)
            self.world.tally.count("resumes")

    def _finish(self) -> Iterator[None]:
        for _ in range(4):
            if self.mine:
                yield from commit(self)
        self.hands.stop()
        self.world.journal.going(self.name)
        self.hands.end()
        self.world.journal.gone(self.name)
        self.is_over = True

    def _choose(self) -> list[str]:
        files = self.world.files
        own = [path for path in files if self.world.owners_of(path) in (self.stream, None)] if self.stream else files
        chosen = [self.dice.choice(own) for _ in range(self.dice.randint(1, 3))]
        if self.dice.random() < 0.35:
            chosen.append(self.dice.choice(SHARED))
        if self.dice.random() < 0.03:
            chosen.append(self.dice.choice(files))
        if self.dice.random() < 0.12:
            stream = self.stream or self.dice.choice(STREAMS)
            chosen.append(f"{stream}/new_{self.name.replace('/', '_')}_{self.dice.randint(1, 10**6)}.py")
        return list(dict.fromkeys(chosen))

    def _work_on(self, path: str, turns: int) -> Iterator[None]:
        for _ in range(turns if not self.world.over() else 0):
            tries = 3
            denied = ""
            while tries:
                denied = yield from self._turn(path)
                if not denied or not self._tries_again(denied):
                    break
                tries -= 1
                if denied == "held":
                    for _ in range(self.dice.randint(3, 12)):
                        yield
            if denied:
                return

    def _tries_again(self, denied: str) -> bool:
        if denied == "parked":
            return self.dice.random() < 0.7
        if denied == "stale":
            return True
        return denied == "held" and self.dice.random() < 0.4

    def _turn(self, path: str) -> Iterator[None]:
        """One assistant turn with one edit; gives the kind of denial, "" for none."""
        listing: list[tuple[dict[str, Any], str]] = []
        kind = self.dice.choices(list(_KINDS), list(_KINDS.values()))[0]
        if kind == "blind" and path not in self.views:
            self._list(path)
            yield
        elif path not in self.views or self.dice.random() < 0.3:
            self.hands.batch([self._look(path)])
            yield
        call, mark = self._plan(kind, path)
        if call is None:
            listing.append((self.hands.call("Edit", {"file_path": self._full(path)}), _NO_MATCH))
            self.hands.batch(listing)
            yield
            return ""
        if call["tool_name"] == "Write" and path in self.views and self.views[path] != (self._read(path) or ""):
            # The client itself refuses this, before any hook.
            listing.append((call, _CHANGED))
            listing.append(self._look(path))
            self.hands.batch(listing)
            self.world.tally.count("client refusals")
            yield
            return ""
        denied = yield from self._change(kind, path, call, mark, listing)
        if listing:
            self.hands.batch(listing)
            yield
        return denied

    def _change(
        self, kind: str, path: str, call: dict[str, Any], mark: str, listing: list[tuple[dict[str, Any], str]]
    ) -> Iterator[None]:
        journal, place = self.world.journal, Place(self.tree, path)
        whole = call["tool_name"] == "Write"
        view = self.views.get(path, self.listed.get(path)) if whole else None
        claim = journal.opened(self.name, place)
        early = time.monotonic()
        reply = self.hands.pre(call)
        case = judge.Case(self.name, self.stream, place, Span(early, time.monotonic()), whole, view)
        if reply.denied:
            journal.denied(place, claim)
            listing.append((call, f"PreToolUse:{call['tool_name']} hook error: {reply.reason}"))
            denied = judge.kind_of(reply.reason)
            excuse = judge.excuse_at_once(self.world, denied, case)
            self.world.tally.denied.append((denied, case, excuse, reply.reason))
            if denied == "stale":
                listing.append(self._look(path))
            yield
            return denied
        self.world.tally.granted.append((case, judge.never_shown(self.world, case)))
        for owner in judge.heirless(self.world, case):
            journal.passed_on(owner, self.name, place, early=early)
            self.world.tally.count("adoptions")
            self.mine.add(path)
        journal.certain(claim)
        yield
        if kind == "refused":
            now = time.monotonic()
            listing.append((call, _REFUSED))
            self.hands.batch(listing)
            listing.clear()
            journal.closed(claim, now)
            self.world.tally.count("refused permissions")
            yield
            return ""
        if kind != "interrupted" or self.dice.random() < 0.5:
            if not self._write(place, call, mark, self.views.get(path) if whole else None):
                # The client looks once more just before it writes.
                now = time.monotonic()
                self.hands.post(call, failed=_MOVED)
                journal.closed(claim, now)
                listing.append((call, _MOVED))
                listing.append(self._look(path))
                self.world.tally.count("client refusals")
                yield
                return ""
            yield
        if kind == "interrupted":
            # No event follows. The call is over when this agent does the next thing.
            listing.clear()
            self.world.tally.count("interrupted calls")
            self.hands.left_open.append(lambda early: journal.closed(claim, early))
            yield
            return ""
        now = time.monotonic()
        self.hands.post(call)
        journal.closed(claim, now)
        listing.append((call, f"The file {path} has been updated."))
        yield
        return ""

    def _write(self, place: Place, call: dict[str, Any], mark: str, view: str | None) -> bool:
        """The tool at work; false where it does nothing, since the file is not what it was when it was looked at."""
        values = call["tool_input"]
        moved = False

        def change(before: str | None) -> str | None:
            nonlocal moved
            if self.is_over:
                raise Killed
            if view is not None and view != (before or ""):
                moved = True
                return before
            if "content" in values:
                return str(values["content"])
            return (before or "").replace(values["old_string"], values["new_string"], 1)

        after = self.world.journal.write(self.name, place, change)
        if moved:
            return False
        self.world.tally.tell(self.name, f"wrote {place} {mark}")
        if (mark and mark in (after or "")) or (values.get("old_string") and "m-" in values["old_string"]):
            self.mine.add(place.path)
        self.views[place.path] = after or ""
        return True

    def _plan(self, kind: str, path: str) -> tuple[dict[str, Any] | None, str]:
        """The call and the mark it adds; no call where the client finds nothing to replace."""
        content = self._read(path)
        mark = self.world.journal.mark(self.name)
        full = self._full(path)
        known = self.views.get(path, self.listed.get(path))
        if content is None or (kind in ("write", "blind") and known is not None):
            return self.hands.call("Write", {"file_path": full, "content": self._with(known or "", mark)}), mark
        if kind == "unmatched":
            return None, mark
        own = [word for word in MARK.findall(content) if word.startswith(f"m-{self.name}-")]
        if kind == "rewrite" and own:
            old, new = self.dice.choice(own), self.dice.choice([mark, ""])
            return self.hands.call("Edit", {"file_path": full, "old_string": old, "new_string": new}), mark
        anchors = [line for line in content.splitlines() if line.startswith("base ")]
        if not anchors:
            return None, mark
        old = self.dice.choice(anchors)
        new = f"{old}\n    {mark}" + self.dice.choice(["", "  ", "\n"])
        return self.hands.call("Edit", {"file_path": full, "old_string": old, "new_string": new}), mark

    def _with(self, content: str, mark: str) -> str:
        lines = content.splitlines() or [f"base 1 of a new file by {self.name}"]
        lines.insert(self.dice.randint(1, len(lines)), f"    {mark}")
        return "\n".join(lines) + "\n"

    def _look(self, path: str) -> tuple[dict[str, Any], str]:
        self.views[path] = self._read(path) or ""
        return self.hands.call("Read", {"file_path": self._full(path)}), "1\tread"

    def _list(self, path: str) -> None:
        self.listed[path] = self._read(path) or ""
        self.hands.shell(["cat", self._full(path)])

    def _delegate(self) -> Iterator[None]:
        errands = []
        for _ in range(self.dice.randint(1, 2)):
            self.children += 1
            child = Agent(self.world, f"{self.name}/{self.children}", self.tree, self.stream, hands=self.hands.child())
            self.world.tally.count("subagents")
            errands.append((child, child.errand()))
        while errands:
            child, errand = self.dice.choice(errands)
            try:
                next(errand)
            except StopIteration:
                errands.remove((child, errand))
                self.mine |= child.mine
            yield

    def _format(self) -> Iterator[None]:
        """The formatter: over what this agent changed, or over everything in its tree."""
        paths = sorted(self.mine) if self.dice.random() < 0.6 else self.world.files
        call = self.hands.call("Bash", {"command": "make fmt"})
        self.hands.pre(call)
        yield
        for path in paths:
            content = self._read(path)
            if content is not None:
                tidy = "".join(line.rstrip() + "\n" for line in content.splitlines() if line.strip())
                if tidy != content:
                    self.world.journal.write(self.name, Place(self.tree, path), _formatted, formatting=True)
        self.hands.post(call)
        self.hands.batch([(call, "ok")])
        self.world.tally.count("formatter runs")
        yield

    def _read(self, path: str) -> str | None:
        return self.world.journal.read(Place(self.tree, path))

    def _full(self, path: str) -> str:
        return str(self.repo.root / path)


def _formatted(content: str | None) -> str | None:
    return None if content is None else "".join(line.rstrip() + "\n" for line in content.splitlines() if line.strip())
