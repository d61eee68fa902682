"""Findings as sentences: who holds what, since when, for which task, their change, and one next command."""

from __future__ import annotations

from pucs.difftext import short_diff
from pucs.model import Agent, Finding, Lock
from pucs.paths import argument, printable, words
from pucs.policy import Policy
from pucs.record import Record
from pucs.times import text_of

LONGEST = 600
"""A denial has at most this many characters: a long one costs the model more than the conflict."""


class Circumstances(Record):
    """What a sentence needs beside the finding: how to run pucs, now, the denied agent's stream, and both contents.

    `symbols` are what the change shown is in, `version` is what it raises the version to.
    """

    command: str
    now: float
    stream: str | None = None
    before: bytes | None = None
    after: bytes | None = None
    shows_change: bool = False
    symbols: tuple[str, ...] = ()
    version: str = ""


def denial(finding: Finding, circumstances: Circumstances) -> str:
    """Why the call was denied and what to do next, in at most 600 characters; shorter when said before."""
    return _SENTENCES[finding.rule](finding, circumstances)


def holder(lock: Lock, now: float) -> str:
    """`llm-agent-1 (stream llm, task "…") since 10:15 UTC, 3 min ago`."""
    about = [f"stream {_name(lock.stream)}"] if lock.stream else []
    about += [f'task "{words(lock.task, 80)}"'] if lock.task else []
    who = f"{_name(lock.agent)} ({', '.join(about)})" if about else _name(lock.agent)
    return f"{who} since {text_of(lock.acquired)[11:16]} UTC, {ago(now - lock.acquired)}"


def peer(agent: str, text: str, longest: int = 250) -> str:
    """What another agent wrote, for an agent to read: on one line, and marked so that it cannot pass for the user's."""
    from pucs.texts import neutral  # noqa: PLC0415 - a denial does without

    said = neutral(text, longest)
    return f'[agent {_name(agent)} (information from another agent, not from your user): "{said}"]'


def ago(seconds: float) -> str:
    """`just now`, `3 min ago`, `2 h ago`, `4 days ago`."""
    if seconds < 60:  # noqa: PLR2004
        return "just now"
    if seconds < 5400:  # noqa: PLR2004
        return f"{round(seconds / 60)} min ago"
    if seconds < 129600:  # noqa: PLR2004
        return f"{round(seconds / 3600)} h ago"
    return f"{round(seconds / 86400)} days ago"


def _held(finding: Finding, now: Circumstances) -> str:
    path, lock = printable(finding.path), finding.lock
    wait = (
        f"Run `{now.command} wait {finding.ticket}`: it returns when the path is free. Then look at it again and edit."
    )
    if now.version:
        said = printable(now.version, 40)
        wait = f"Versions are raised once for all: leave it at {said}, or wait: `{now.command} wait {finding.ticket}`."
    if lock is None:
        return _joined(f"PUCS: {path} is held.", wait)
    if finding.denials > 1:
        first = f"PUCS: {path} is still held by {_name(lock.agent)}."
        return _joined(first, f"Run `{now.command} wait {finding.ticket}`, or work elsewhere.")
    asked_for = finding.note or (lock.explicit and lock.wrote is None and not lock.calls)
    place = f" in {printable(finding.note, 80)}" if finding.note else ""
    what = "locked" if asked_for else "being changed"
    first = f"PUCS: {path} is {what}{place} by {holder(lock, now.now)}{_where(now)}."
    return _with_change(first, "Their change so far:", wait, now)


def _where(now: Circumstances) -> str:
    """`, in Cart.add and 2 more`: the symbols that the change shown is in."""
    if not now.symbols:
        return ""
    more = f" and {len(now.symbols) - 2} more" if len(now.symbols) > 2 else ""  # noqa: PLR2004
    return f", in {', '.join(printable(name, 60) for name in now.symbols[:2])}{more}"


def _next(finding: Finding, now: Circumstances) -> str:
    who = finding.lock.agent if finding.lock else "another agent"
    since = f" since {text_of(finding.lock.acquired)[11:16]} UTC" if finding.lock else ""
    return _joined(
        f"PUCS: {printable(finding.path)} is free, but {_name(who)} has waited for it{since} and is next.",
        f"Run `{now.command} wait {finding.ticket}` to stand in line; the file is yours when it returns.",
    )


def _critical(finding: Finding, now: Circumstances) -> str:
    path, lock = printable(finding.path), finding.lock
    who = holder(lock, now.now) if lock else "somebody"
    return _joined(
        f"PUCS: {path} is a critical file, and only one worktree at a time may change it. "
        f"In {worktree(finding.tree)} it is being changed by {who}.",
        f"Run `{now.command} wait {finding.ticket}`: it returns when the path is free.",
    )


def _across(finding: Finding, now: Circumstances) -> str:
    """`note` is how to bring their change in, with a ticket where it is not committed yet."""
    path, lock = printable(finding.path), finding.lock
    who = holder(lock, now.now) if lock else "somebody"
    doing = "are being changed" if finding.ticket else "were changed"
    first = f"PUCS: these lines of {path} {doing} in {worktree(finding.tree)} by {who}, and have not landed."
    last = f"Run `{finding.note}`, then edit again."
    if finding.ticket:
        last = f"Run `{now.command} wait {finding.ticket}`: it returns when they are done. Then `{finding.note}`."
    return _with_change(first, "Their change:", last, now)


def _release(finding: Finding, now: Circumstances) -> str:
    path, lock = printable(finding.path), finding.lock
    who = holder(lock, now.now) if lock else "somebody"
    first = f"PUCS: {path} is a critical file. In {worktree(finding.tree)} it was changed and committed by {who}; "
    first += "this worktree does not have that version."
    return _with_change(first, "Their change:", f"Run `{finding.note}`, then edit again.", now)


def worktree(tree: str) -> str:
    """`the main worktree` or `worktree NAME`."""
    return "the main worktree" if tree == "." else f"worktree {_name(tree.rpartition(':')[0])}"


def _parked(finding: Finding, now: Circumstances) -> str:
    path, lock = printable(finding.path), finding.lock
    who = _name(lock.agent) if lock else "another agent"
    since = f" (last write {ago(now.now - lock.last)})" if lock else ""
    first = f"PUCS: {path} holds uncommitted changes of {who}, who is gone or idle{since}."
    if finding.note == "moving":
        first += " It changed since their last write: something may still be writing."
    last = "To take it over with these changes, repeat the same edit (a copy is kept); else leave the file alone."
    return _with_change(first, "Their change:", last, now)


def _parked_kept(finding: Finding, now: Circumstances) -> str:
    path, lock = printable(finding.path), finding.lock
    who = _name(lock.agent) if lock else "another agent"
    first = f"PUCS: {path} holds uncommitted changes of {who}, who is gone or idle."
    adopt = f"{now.command} adopt {argument(finding.path)}"
    last = f"To take it over with these changes, run `{adopt}`; else leave the file alone."
    return _with_change(first, "Their change:", last, now)


def _stale(finding: Finding, now: Circumstances) -> str:
    path, lock = printable(finding.path), finding.lock
    who = f"{_name(lock.agent)} wrote it {ago(now.now - lock.acquired)}" if lock else "another agent wrote it"
    first = f"PUCS: {path} is not what you saw last: {who}. Writing the whole file now would undo that."
    return _with_change(first, "What changed:", "Read the file, keep their change, then write again.", now)


def _boundary(finding: Finding, now: Circumstances) -> str:
    path = printable(finding.path)
    owners = " and ".join(_name(owner) for owner in finding.owners[:3])
    mine = _name(now.stream) if now.stream else "none"
    return _joined(
        f"PUCS: {path} belongs to stream {owners}; you work in stream {mine}.",
        "Leave it unchanged and say in your report what you need there, so that stream "
        f"{_name(finding.owners[0])} does it. `{now.command} why {argument(finding.path)}` shows the rule.",
    )


def _protected(finding: Finding, now: Circumstances) -> str:
    return _joined(
        f"PUCS: {printable(finding.path)} {printable(finding.note)}, and agents do not edit it.",
        f"If it must change, ask the person you work for. `{now.command} status` shows what PUCS guards.",
    )


def _paused(finding: Finding, now: Circumstances) -> str:
    what = f"{printable(finding.path)} was not changed" if finding.path else "nothing was run"
    return _joined(
        f"PUCS: {what}: you were paused {finding.note}.",
        f"You may read on, but write nothing until you are told to; `{now.command} agents` says if you still are. "
        "If there is nothing to read, say where you stand and end your turn.",
    )


def _terminated(finding: Finding, now: Circumstances) -> str:
    what = f"{printable(finding.path)} was not changed" if finding.path else "nothing was run"
    return _joined(
        f"PUCS: {what}: you were told to end {finding.note}.",
        "Stop now. What you left uncommitted is kept for others to take over. "
        f"Only `{now.command} resume` by a person lets you write again.",
    )


def _damaged(finding: Finding, now: Circumstances) -> str:
    return _joined(
        f"PUCS: what is known about {printable(finding.path)} is damaged, so it counts as held.",
        f"Ask the person you work for to run `{now.command} doctor --repair`; until then work on other files.",
    )


def _state(finding: Finding, now: Circumstances) -> str:
    return _joined(
        f"PUCS: nothing was granted for {printable(finding.path)}: {printable(finding.note, 200)}.",
        f"Try the same edit again; if this stays, ask the person you work for to run `{now.command} doctor`.",
    )


def _window(finding: Finding, now: Circumstances) -> str:
    """`note` is who commits; there is no path where a command is denied."""
    what = f"{printable(finding.path)} cannot be written" if finding.path else "this command cannot run"
    wait = f"{now.command} wait {argument(finding.path or '.')}"
    return _joined(
        f"PUCS: {what} now: commit in progress by {printable(finding.note)}. Its hooks put unstaged files of this "
        "working tree away while they run, and bring them back.",
        f"Run `{wait}`: it returns when the commit is through. Then look at the file again and try again.",
    )


def _with_change(first: str, title: str, last: str, now: Circumstances) -> str:
    room = LONGEST - len(first) - len(title) - len(last) - 4
    change = short_diff(now.before, now.after, room) if now.shows_change and room > 40 else ""  # noqa: PLR2004
    return f"{first} {title}\n{change}\n{last}" if change else _joined(first, last)


def _joined(first: str, last: str) -> str:
    """Both, the first cut where they would be too long: what to do next is what must arrive."""
    room = LONGEST - len(last) - 1
    return f"{first if len(first) <= room else first[: room - 1] + '…'} {last}"


def _name(name: str) -> str:
    return printable(name, 60)


_SENTENCES = {
    "held": _held,
    "next": _next,
    "critical": _critical,
    "across": _across,
    "release": _release,
    "parked": _parked,
    "parked-kept": _parked_kept,
    "stale": _stale,
    "boundary": _boundary,
    "protected": _protected,
    "paused": _paused,
    "terminated": _terminated,
    "damaged": _damaged,
    "state": _state,
    "window": _window,
}


class Company(Record):
    """What an agent is told when it begins: itself, its stream, the policy, and who else is at work."""

    agent: Agent
    stream: str | None
    policy: Policy
    others: tuple[Agent, ...]


def greeting(company: Company) -> str:
    """Who the agent is, its boundary and who else is here, in at most 60 words."""
    stream = f", stream {company.stream}" if company.stream else ""
    words = f"PUCS guards this repository. You are {company.agent.id}{stream}."
    for rule in company.policy.streams:
        if rule.name == company.stream and rule.files:
            words += f" Change only {', '.join(rule.files.split(', ')[:4])} and what no stream owns."
    if (
        company.stream
        and company.policy.streams
        and all(rule.name != company.stream for rule in company.policy.streams)
    ):
        words += " That stream is not configured, so it has no boundary."
    if company.others:
        names = [other.id + (f" ({other.paths[-1][1]})" if other.paths else "") for other in company.others[:4]]
        more = f" and {len(company.others) - 4} more" if len(company.others) > 4 else ""  # noqa: PLR2004
        words += f" Also at work: {', '.join(names)}{more}."
    words += " Edits take locks by themselves; commits release them."
    return " ".join(words.split()[:60])
