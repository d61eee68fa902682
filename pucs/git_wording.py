"""Why a git command or a shell command was denied, and what does the same to the agent's own work only."""

from __future__ import annotations

from pucs.git_reach import OWN
from pucs.paths import printable
from pucs.record import Record
from pucs.wording import LONGEST, argument, holder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pucs.model import Lock

_FILES, _OWN_FILES = 3, 6


class Setting(Record):
    """What the sentences need: how to run pucs, now, and the files that hold the agent's own uncommitted bytes."""

    command: str
    now: float
    own: tuple[str, ...] = ()


def files(words: str, does: str, held: Sequence[tuple[str, Lock | None]], safe: str, setting: Setting) -> str:
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
    return _joined(first, next_step(safe, setting, held[0][0]))


def next_step(safe: str, setting: Setting, path: str) -> str:
    """The one next command: the safe equivalent with the agent's own files, or to wait where there are none."""
    if OWN not in safe:
        return f"Instead: `{safe}`."
    if not setting.own:
        return f"None of your own files is among them. To wait for theirs: `{setting.command} wait {argument(path)}`."
    own = [argument(one) for one in setting.own[:_OWN_FILES]]
    more = f" (and {len(setting.own) - _OWN_FILES} more of yours)" if len(setting.own) > _OWN_FILES else ""
    return f"For your own files only: `{safe.replace(OWN, ' '.join(own))}`{more}."


def moved(words: str, lock: Lock, path: str, safe: str, setting: Setting) -> str:
    """The denial of a command that would change the tree under another agent."""
    first = (
        f"PUCS: `{words}` would move this working tree to another state under {holder(lock, setting.now)}, "
        f"who has open work in {printable(path, 60)}."
    )
    return _joined(first, f"Work in a tree of your own instead: `{safe}`.")


def popped(words: str, agent: str, entry: str, safe: str) -> str:
    """The denial of taking an entry of the stash that another agent made."""
    first = f"PUCS: `{words}` would take {entry}, which {printable(agent, 60)} made: all worktrees share one stash."
    return _joined(first, safe)


def referred(words: str, branch: str, agent: str, why: str, safe: str) -> str:
    """The denial of rewriting or deleting another agent's branch."""
    first = f"PUCS: `{words}` would change {printable(branch, 80)}, and {printable(agent, 60)} {why}."
    return _joined(first, f"Instead: `{safe}`.")


def forgotten(words: str, agents: Sequence[str], safe: str) -> str:
    """The denial of destroying history that others may need while they are at work."""
    names = ", ".join(printable(name, 60) for name in agents[:_FILES])
    first = f"PUCS: `{words}` destroys history that brings lost work back, and others are at work: {names}."
    return _joined(first, f"Instead: `{safe}`.")


def removed(words: str, tree: str, agents: Sequence[str], safe: str) -> str:
    """The denial of removing a working tree in which others work or have left bytes."""
    names = ", ".join(printable(name, 60) for name in agents[:_FILES])
    first = f"PUCS: `{words}` would take the working tree {printable(tree, 80)}, where {names} has work."
    return _joined(first, f"Leave it until they are done; `{safe}` lists what there is.")


def _joined(first: str, last: str) -> str:
    room = LONGEST - len(last) - 1
    return f"{first if len(first) <= room else first[: room - 1] + '…'} {last}"
