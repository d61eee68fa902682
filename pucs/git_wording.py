"""Why a git command or a shell command was denied, and what does the same to the agent's own work only."""

from __future__ import annotations

from pucs.git_reach import OWN
from pucs.paths import argument, printable
from pucs.record import Record
from pucs.wording import LONGEST, holder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pucs.model import Lock

_FILES, _OWN_FILES = 3, 6
_STANDING_FOR = ("NAME", "NEW-NAME", "OWN-BRANCH", "START", "BRANCH", "MESSAGE", "SOMEWHERE")


class Denial(Record):
    """What is said about one command: why not, what is in the way ("": nobody's), and the one next step."""

    words: str
    who: str
    first: str
    last: str

    @property
    def again(self) -> str:
        """Why not, to somebody who knows it."""
        return f"PUCS: `{self.words}` is still denied{' because of ' + self.who if self.who else ''}."


class Setting(Record):
    """What the sentences need: how to run pucs, now, and the files that hold the agent's own uncommitted bytes.

    `shared` are files that hold its lines beside those of others.
    """

    command: str
    now: float
    own: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def files(words: str, does: str, held: Sequence[tuple[str, Lock | None]], safe: str, setting: Setting) -> Denial:
    """The denial of a command that takes or commits what others have in these files."""
    shown = []
    named: set[str] = set()
    for path, lock in held[:_FILES]:
        who = "of a damaged record" if lock is None else f"by {lock.agent}"
        if lock is not None and lock.agent not in named:
            who = f"by {holder(lock, setting.now)}"
            named.add(lock.agent)
        shown.append(f"{printable(path, 60)} {who}")
    more = f" and {len(held) - _FILES} more" if len(held) > _FILES else ""
    first = f"PUCS: `{words}` {does}: {'; '.join(shown)}{more}."
    brief = "; ".join(f"{printable(path, 60)} by {lock.agent if lock else 'somebody'}" for path, lock in held[:_FILES])
    return Denial(words, brief + more, first, next_step(safe, setting, held[0][0]))


def needed(words: str, paths: Sequence[str]) -> Denial:
    """The denial of taking away what PUCS itself needs in the working tree."""
    names = ", ".join(printable(path, 80) for path in paths)
    first = f"PUCS: `{words}` would take {names}, without which PUCS guards nothing; agents do not change that."
    return Denial(words, names, first, "Name the files that you mean instead, without these.")


def next_step(safe: str, setting: Setting, path: str) -> str:
    """The one next command: the safe equivalent with the agent's own files, or to wait where there are none."""
    if OWN not in safe:
        return _instead(safe)
    if setting.shared and safe.startswith(("git add", "git commit")):
        both = " ".join(argument(one) for one in (setting.own + setting.shared)[:_OWN_FILES])
        return f"To commit only your own lines: `{setting.command} commit -m MESSAGE {both}`."
    if not setting.own:
        return f"None of your own files is among them. To wait for theirs: `{setting.command} wait {argument(path)}`."
    own = [argument(one) for one in setting.own[:_OWN_FILES]]
    more = f" (and {len(setting.own) - _OWN_FILES} more of yours)" if len(setting.own) > _OWN_FILES else ""
    return f"For your own files only: `{safe.replace(OWN, ' '.join(own))}`{more}."


def moved(words: str, lock: Lock, path: str, safe: str, setting: Setting) -> Denial:
    """The denial of a command that would change the tree under another agent."""
    first = (
        f"PUCS: `{words}` would move this working tree to another state under {holder(lock, setting.now)}, "
        f"who has open work in {printable(path, 60)}."
    )
    return Denial(words, lock.agent, first, f"Work in a tree of your own instead: `{safe}`.{_to_replace(safe)}")


def popped(words: str, agent: str, entry: str, step: str) -> Denial:
    """The denial of taking an entry of the stash that another agent made."""
    first = f"PUCS: `{words}` would take {entry}, which {printable(agent, 60)} made: all worktrees share one stash."
    return Denial(words, agent, first, step)


def referred(words: str, branch: str, agent: str, why: str, safe: str) -> Denial:
    """The denial of rewriting or deleting another agent's branch."""
    first = f"PUCS: `{words}` would change {printable(branch, 80)}, and {printable(agent, 60)} {why}."
    return Denial(words, agent, first, _instead(safe))


def unhooked(words: str, safe: str) -> Denial:
    """The denial of taking git's hooks, and with them the commit gate, out of the way."""
    first = f"PUCS: `{words}` would take the hooks away that check commits; agents do not change that."
    return Denial(words, "", first, f"{_instead(safe)} If they are in the way, ask the person you work for.")


def forgotten(words: str, agents: Sequence[str], safe: str) -> Denial:
    """The denial of destroying history that others may need while they are at work."""
    names = ", ".join(printable(name, 60) for name in agents[:_FILES])
    first = f"PUCS: `{words}` destroys history that brings lost work back, and others are at work: {names}."
    return Denial(words, names, first, _instead(safe))


def removed(words: str, tree: str, agents: Sequence[str], safe: str) -> Denial:
    """The denial of removing a working tree in which others work or have left bytes."""
    names = ", ".join(printable(name, 60) for name in agents[:_FILES])
    first = f"PUCS: `{words}` would take the working tree {printable(tree, 80)}, where {names} has work."
    return Denial(words, names, first, f"Leave it until they are done; `{safe}` lists what there is.")


def _instead(safe: str) -> str:
    return f"Instead: `{safe}`.{_to_replace(safe)}"


def _to_replace(safe: str) -> str:
    """What of the command stands for something that only its reader knows."""
    found = [one for one in _STANDING_FOR if one in safe.replace("/", " ").split()]
    return f" (Put your own for {' and '.join(found)}.)" if found else ""


def text(denial: Denial, *, again: bool) -> str:
    """The denial as the agent reads it; short where it was told the same a moment ago."""
    first = denial.again if again else denial.first
    room = LONGEST - len(denial.last) - 1
    return f"{first if len(first) <= room else first[: room - 1] + '…'} {denial.last}"
