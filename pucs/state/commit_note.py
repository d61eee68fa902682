"""A short note from one hook of a commit to the next, in the tree's own git folder, one for each git that commits.

Several may commit in one tree at once (one waits in its editor), so that the process id of that git ends the file's
name. Its first line is that id again and whether the message is FREE or BOUND. `checked` says which index passed the
gate, `changes` what it changed, `terms` what the message has to be, `existing` a subject that may stay, `begun` what
was written for somebody to complete.

Installed hooks read the first line in shell: there the message hooks of a free one have nothing
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
    process = _committing_git()
    path = f"{gitdir}/{NAME}.{process}"
    try:
        if note:
            unfinished = f"{path}.{system.getpid()}"
            write_text(unfinished, f"{process} {word}\n{fastjson.dumps(note)}\n")
            system.replace(unfinished, path)
        else:
            system.unlink(path)
    except OSError:
        return


def tidy(gitdir: str) -> None:
    """Takes away the notes of commits that came to nothing and whose git is gone."""
    try:
        left = [name for name in system.listdir(gitdir) if name.startswith(NAME)]
        for name in left:
            process = name.removeprefix(NAME).removeprefix(".").partition(".")[0]
            if not process.isdigit() or not _lives(int(process)):
                system.unlink(f"{gitdir}/{name}")
    except OSError:
        return


def found(gitdir: str) -> dict[str, Any]:
    """The note that the last hook of this commit left; {} where there is none or it cannot be read."""
    process = _committing_git()
    first, _, text = read_text(f"{gitdir}/{NAME}.{process}").partition("\n")
    if first.partition(" ")[0] != str(process):
        return {}
    try:
        note = fastjson.loads(text)
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _lives(process: int) -> bool:
    try:
        system.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


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
