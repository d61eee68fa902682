"""The person of the play: edits in an editor, formats, commits everything, merges. No hook of a client runs."""

from __future__ import annotations

import subprocess
import time
from itertools import count
from typing import TYPE_CHECKING

from benchmarks.afternoon.committing import SWEEPING, found, recorded, verdict_of
from benchmarks.afternoon.journal import Place, Span
from benchmarks.afternoon.tally import Refused
from benchmarks.afternoon.world import MAIN
from tests.support import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.afternoon.world import World

NAME = "person"
_numbers = count(1)


class Person:
    """Works in the main tree, beside the agents."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.repo = world.repos[MAIN]
        self.dice = world.dice(NAME)
        self.is_over = False

    def steps(self) -> Iterator[None]:
        """The person's afternoon: one deed for every dozen calls of the agents."""
        due = 0
        while not self.world.over():
            if self.world.tally.total >= due:
                due = self.world.tally.total + self.dice.randint(8, 20)
                self._deed()
            yield
        self.is_over = True

    def tidy_up(self) -> None:
        """Commits what is left, at the end."""
        self._commit()

    def _deed(self) -> None:
        chance = self.dice.random()
        if chance < 0.7:
            self._edit()
        elif chance < 0.85:
            self._commit()
        elif chance < 0.92:
            self._merge()
        else:
            self._format()

    def _edit(self) -> None:
        mark = self.world.journal.mark(NAME)
        path = self.dice.choice(self.world.files)

        def change(before: str | None) -> str:
            lines = (before or "").splitlines()
            lines.insert(self.dice.randint(0, len(lines)), f"  {mark}")
            return "\n".join(lines) + "\n"

        self.world.journal.write(NAME, Place(MAIN, path), change)
        self.world.tally.count("edits by the person")

    def _format(self) -> None:
        for path in self.dice.sample(self.world.files, 6):
            self.world.journal.write(NAME, Place(MAIN, path), _tidy, formatting=True)
        self.world.tally.count("formatter runs")

    def _commit(self) -> None:
        tag = f"people-{next(_numbers)}."
        begun = time.monotonic()
        done = self._shell(f"MESSAGE='feat: Take {tag}'; {SWEEPING}")
        answer = verdict_of(done)
        if answer == "done":
            recorded(self.world, MAIN, found(done), None, Span(begun, time.monotonic()))
            self.world.tally.count("commits by the person")
        elif answer == "refused":
            self.world.tally.refused.append(Refused(None, [], False, f"commit of the person: {done.stderr}"))
        elif answer == "failed":
            self.world.tally.broken.append(f"commit of the person: {done}")

    def _merge(self) -> None:
        """Merges a worktree's branch where that is clean, as a person would who looked first."""
        other = self.dice.choice(["feature/stream-ui-refresh", "lone"])
        if self._shell(f"git merge-tree --write-tree HEAD {other}").status:
            return
        with self.world.journal.mutex:
            begun = time.monotonic()
            before = self.repo.git("rev-parse", "HEAD")
            # Somebody committed since the look: a merge that stops there is called off at once.
            given_up = "{ git rev-parse -q --verify MERGE_HEAD && git merge --abort; false; }"
            done = self._shell(f"git merge -q --no-edit {other} || {given_up}")
            after = self.repo.git("rev-parse", "HEAD")
            if done.status == 0 and before != after:
                recorded(self.world, MAIN, after, None, Span(begun, time.monotonic()))
                self.world.tally.count("merges")
            elif verdict_of(done) == "refused":
                self.world.tally.refused.append(Refused(None, [], False, f"merge of the person: {done.stderr}"))
            for place in self.world.places(MAIN):
                self.world.journal.merged(place)

    def _shell(self, script: str) -> Reply:
        done = subprocess.run(
            ["sh", "-c", script], cwd=self.repo.root, env=self.repo.env, capture_output=True, text=True, check=False
        )
        return Reply(done.returncode, done.stdout, done.stderr)


def _tidy(content: str | None) -> str | None:
    return None if content is None else "".join(line.rstrip() + "\n" for line in content.splitlines() if line.strip())
