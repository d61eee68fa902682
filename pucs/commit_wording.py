"""The commit gate's findings as sentences: each names its files, says whose they are, and gives the way out."""

from __future__ import annotations

from pucs.locks import PARKED
from pucs.model import Finding
from pucs.paths import argument, printable
from pucs.record import Record
from pucs.wording import holder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NAMED = 100
_LONGEST_COMMAND = 300


OVERTAKEN = (
    "PUCS: this commit is refused; nothing was changed.",
    "  Another commit was made in this working tree while this one began. Run it again.",
)


class Setting(Record):
    """What a sentence needs beside the finding: how to run pucs, now, the committer's stream, and whether it merges."""

    command: str
    now: float
    stream: str | None = None
    merging: bool = False


def refusal(findings: Sequence[Finding], setting: Setting) -> tuple[str, ...]:
    """Why nothing is committed, one line for all files of one cause, and what to do."""
    lines = ["PUCS: this commit is refused; nothing was changed."]
    for group in _groups(findings):
        sentence = _SENTENCES[group[0].rule](group, setting)
        lines.append(f"  {_names(group)}: {sentence}")
    if setting.merging:
        lines.append("  In a merge, take one side's version of such a file: git checkout HEAD -- FILE, or MERGE_HEAD.")
    elif any(finding.lock for finding in findings):
        lines.append(f"  To commit only what is yours: {setting.command} commit -m MESSAGE")
    else:
        lines.append("  To commit only your own files, name them: git commit -m MESSAGE -- FILE ...")
    return tuple(lines)


def halted(finding: Finding, command: str) -> tuple[str, ...]:
    """Why nothing that its agent has to pause, or to end, is committed."""
    told = "paused" if finding.rule == "paused" else "told to end"
    return (
        "PUCS: this commit is refused; nothing was changed.",
        f"  You were {told} {finding.note}.",
        f"  What is in the working tree stays there. `{command} agents` shows whether the order still holds.",
    )


def warning(findings: Sequence[Finding], setting: Setting) -> tuple[str, ...]:
    """What the committer should know of a commit that passes, a line for each cause."""
    taken = [finding for finding in findings if finding.lock is not None]
    lines = []
    if taken:
        agents = ", ".join(dict.fromkeys(finding.lock.agent for finding in taken if finding.lock))
        lines.append(
            f"PUCS: warning: this commit takes along uncommitted changes of {agents}: {_names(taken)}. "
            "They are committed work from then on."
        )
    rest = _groups(finding for finding in findings if finding.lock is None)
    lines += [f"PUCS: warning: {_names(group)}: {_SENTENCES[group[0].rule](group, setting)}" for group in rest]
    return tuple(lines)


def stray(owners: Sequence[str], stream: str | None) -> str:
    """Whose file it is and what to do instead, as the rest of a sentence."""
    return (
        f"belongs to stream {' and '.join(owners)}, this commit to stream {stream}. "
        f"Leave it unchanged and say in your report what stream {owners[0]} should do there."
    )


def _stray(group: list[Finding], setting: Setting) -> str:
    paths = " ".join(argument(finding.path) for finding in group[:_NAMED])
    command = f" Take out of the commit: git restore --staged -- {paths}" if len(paths) <= _LONGEST_COMMAND else ""
    return stray(group[0].owners, setting.stream) + ("" if setting.merging else command)


def _foreign(group: list[Finding], setting: Setting) -> str:
    lock, path = group[0].lock, argument(group[0].path)
    who = holder(lock, setting.now) if lock else "another agent"
    if group[0].note:
        way = f"To commit without them: {setting.command} commit -m MESSAGE {path}"
        return f"takes along {group[0].note}, which are uncommitted changes of {who}. {way}"
    if group[0].rule == PARKED:
        way = f"To take them over first: {setting.command} adopt {path}"
        return f"holds uncommitted changes of {who}, who is gone or idle. {way}"
    return f"holds uncommitted changes of {who}. To commit it after them, wait: {setting.command} wait {path}"


def _damaged(_: list[Finding], setting: Setting) -> str:
    return (
        "what is known about it is damaged, so it counts as another agent's. "
        f"Ask the person you work for to run: {setting.command} doctor --repair"
    )


def _stale(group: list[Finding], setting: Setting) -> str:  # noqa: ARG001 - every rule is said alike
    paths = " ".join(argument(finding.path) for finding in group[:_NAMED])
    way = f"git reset -q -- {paths}" if len(paths) <= _LONGEST_COMMAND else "git read-tree HEAD"
    return (
        f"is staged as it was before {group[0].owners[0]} changed it, who committed that, and not as the file is now: "
        f"this index is older than HEAD. Renew it, under the same GIT_INDEX_FILE if any: {way}"
    )


def _rebuild(group: list[Finding], setting: Setting) -> str:  # noqa: ARG001 - every rule is said alike
    how = f": {group[0].note}" if group[0].note else ""
    return f"also holds what {group[0].owners[0]} made of it. Make it anew once both have committed{how}"


_SENTENCES = {
    "stale": _stale,
    "stray": _stray,
    "held": _foreign,
    "parked": _foreign,
    "damaged": _damaged,
    "rebuild": _rebuild,
}


def _groups(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings of one cause together: one rule, one owner, one holder."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        who = finding.lock.agent if finding.lock else ""
        lines = (finding.path, finding.note) if finding.lock and finding.note else ""
        command = finding.note if finding.rule == "rebuild" else ""
        groups.setdefault((finding.rule, finding.owners, who, lines, command), []).append(finding)
    return list(groups.values())


def _names(group: Sequence[Finding]) -> str:
    names = [printable(finding.path) for finding in group]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
