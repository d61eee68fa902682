"""The storm's own journal: what its agents and its killer saw, a line each, appended whole. PUCS has no part in it.

A line is a JSON list: when (the monotonic clock, one for all processes), who, what, and more:

    ask CALL TREE PATH SLOTS     before PreToolUse of an edit of these slots (numbered lines)
    got CALL                     it was let through
    no CALL REASON               it was denied
    void CALL                    the hook was killed: no verdict, so nothing is written
    write CALL [[SLOT, OLD, NEW], ...]   the client is about to replace what it found in these slots
    back CALL                    and what it writes is what they held before its first change: nothing of its own
    wrote CALL                   it has
    done CALL, closed CALL       before PostToolUse, and after it (no `closed` where that hook was killed)
    wait TREE PATH               before it stands in line for the path
    waited TREE PATHS EXIT SAID  after that command, with the end of what it said
    unlock                       before it gives its explicit locks back
    give TREE PATH HOW           before its bytes of that path are committed or undone
    gave TREE PATH EXIT          after that command
    kill NAME, dead NAME         by the killer: before SIGKILL, and once the process is gone
    stop NAME, cont NAME         by the killer: SIGSTOP and SIGCONT to a client or what it runs
    over                         the storm is over for this agent
    served TREE PATH             it could change the path after the storm
    stuck TREE PATH WHY          it could not
    broke WHAT                   a hook or command failed by itself
    end                          it has nothing left to do
"""

from __future__ import annotations

import json
import os
import time

FILE = "journal.txt"


class Pen:
    """Writes lines of one agent; one system call each, so that no two mix, and none is half written."""

    def __init__(self, scene: str, who: str) -> None:
        self._who = who
        self._fd = os.open(f"{scene}/{FILE}", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def note(self, what: str, *more: object) -> None:
        """Appends one line."""
        os.write(self._fd, (json.dumps([time.monotonic(), self._who, what, *more]) + "\n").encode())


def lines(scene: str) -> list[list]:
    """All lines in the order in which they were written."""
    with open(f"{scene}/{FILE}", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
