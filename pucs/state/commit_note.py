"""A short note from one hook of a commit to the next, in the tree's own git folder. Losing it costs time only.

Its first line is the process id of the git that makes the commit (a note of another commit is none) and whether its
message is FREE or BOUND. `checked` says which index passed the gate, `changes` what it changed, `terms` what the
message has to be, `existing` a subject that may stay, `begun` what was written for somebody to complete.

Installed hooks read the first line in shell: where it is their own git's, the message hooks of a free one have nothing
to do, and of a bound one that nobody edits `prepare-commit-msg` leaves everything to `commit-msg`, as long as the note
is newer than the index.
"""

from __future__ import annotations

from pucs import fastjson, system
from pucs.system.texts import read_text, write_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME = "pucs-commit"
FREE, BOUND = "free", "bound"

_HIGHEST = 32


def leave(gitdir: str, note: dict[str, Any], word: str = BOUND) -> None:
    """Leaves the note for the next hook; an empty one takes the last away. A full disk leaves none."""
    path = f"{gitdir}/{NAME}"
    try:
        if note:
            unfinished = f"{path}.{system.getpid()}"
            write_text(unfinished, f"{_committing_git()} {word}\n{fastjson.dumps(note)}\n")
            system.replace(unfinished, path)
        else:
            system.unlink(path)
    except OSError:
        return


def found(gitdir: str) -> dict[str, Any]:
    """The note that the last hook of this commit left; {} where there is none or it cannot be read."""
    first, _, text = read_text(f"{gitdir}/{NAME}").partition("\n")
    process = first.partition(" ")[0]
    if not process or process != str(_committing_git()):
        return {}
    try:
        note = fastjson.loads(text)
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _committing_git() -> int:
    """The nearest git among the processes above; the parent where the system does not tell (no /proc)."""
    pid = parent = system.getppid()
    for _ in range(_HIGHEST):
        name = read_text(f"/proc/{pid}/comm").strip()
        if name == "git" or name.startswith("git-"):
            return pid
        fields = read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        if len(fields) < 2 or not fields[1].isdigit():  # noqa: PLR2004 - proc(5): state, then the parent
            break
        pid = int(fields[1])
    return parent
