"""Whom a break concerns, and what they are told: one short notice for each changed file, its newest state.

Told are the agents that hold, announced or recently changed a file that uses what changed; where nobody does, the
agents of the stream that owns it, unless that is the author's own, who sees it fail. Never the author.
"""

from __future__ import annotations

from pucs import impact_conflicts, intents, locks, notices
from pucs.errors import StoreError
from pucs.impact_conflicts import Warned
from pucs.interface import Break
from pucs.model import PERSON, Agent, Event, Name, Notice
from pucs.paths import printable
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.conflicts import Conflict
    from pucs.view import View

_RECENT_S = 86400.0
_LONGEST, _LONGEST_CHANGE, _LONGEST_PLACES = 376, 84, 170
_LISTED = 100

HIGH, MEDIUM = "high", "medium"


class Struck(Record):
    """A break in a tree: the key under which the state has its file, and the streams that own that."""

    tree: str
    key: str
    what: Break
    streams: tuple[str, ...] = ()


class Impact(Record):
    """What a changed file breaks: its tree and path, the branch there, who changed it, and what is struck by it.

    `changed` says whether its interface differs from what others know: what it was in the commit `since`.
    """

    tree: str
    path: str
    key: str
    branch: str = ""
    struck: tuple[Struck, ...] = ()
    changed: bool = True
    since: str = ""


def key_of(tree: str, path: str) -> str:
    """The key under which it is kept what was told of a changed file."""
    return f"impact/{tree}/{path}"


def is_company(view: View, *, with_streams: bool) -> bool:
    """Whether more than one agent has something at stake: else there is nobody to tell, whatever changes.

    One that ended counts as long as its change is there, where another is left to be told of it.

    `with_streams` counts those that were only started, too: where streams own files, one may be told of a file that it
    never touched.
    """
    found: set[str] = {intent.agent for intent in intents.all_open(view)}
    is_told = bool(found)
    for name in view.names("agent"):
        agent = view.agent(name)
        if agent is None or name.startswith(PERSON):
            continue
        is_there = not agent.ended
        if (is_there and with_streams) or any(_has_stake(name, path, tree, view) for tree, path in agent.paths):
            found.add(name)
            is_told = is_told or is_there
        if is_told and len(found) > 1:
            return True
    return False


def _has_stake(agent: str, path: str, tree: str, view: View) -> bool:
    try:
        known = view.path(path).tree(tree)
    except StoreError:
        return True
    if any(lock.agent == agent for lock in known.locks):
        return True
    return known.writer is not None and known.writer.agent == agent and view.now - known.writer.at < _RECENT_S


def author_of(view: View, key: str, tree: str, branch: str = "") -> str:
    """Who changed a file last, as far as is known; "" for nobody who can be named."""
    try:
        known = view.path(key).tree(tree)
    except StoreError:
        return ""
    if known.writer is not None:
        return known.writer.agent
    wrote = [lock.agent for lock in known.locks if lock.wrote is not None]
    if wrote:
        return wrote[-1]
    last = view.name("branch/" + branch) if branch else None
    return last.value if last is not None else ""


def concerned(view: View, struck: Struck, author: str) -> tuple[str, ...]:
    """The agents that hold the file there, wrote it within a day, or announced that they will change it."""
    found: dict[str, None] = {}
    try:
        tree = view.path(struck.key).tree(struck.tree)
    except StoreError:
        return ()
    found.update(dict.fromkeys(lock.agent for lock in tree.locks))
    if tree.writer is not None and view.now - tree.writer.at < _RECENT_S:
        found[tree.writer.agent] = None
    for intent in intents.all_open(view):
        if intents.covers(intent, struck.key):
            found[intent.agent] = None
    return tuple(agent for agent in found if _may_be_told(agent, author, view))


def _may_be_told(agent: str, author: str, view: View) -> bool:
    if agent.startswith(PERSON) or (author and locks.family(agent, author)):
        return False
    known = view.agent(agent)
    return known is not None and not known.ended


def told(impact: Impact, at_work: Iterable[Agent], view: View) -> Change:
    """Tells everybody concerned what is so now, and takes back what is so no more. Gives whom it told something new."""
    author = author_of(view, impact.key, impact.tree, impact.branch)
    by_agent = _by_agent(impact, author, tuple(at_work), view)
    key = key_of(impact.tree, impact.path)
    before = view.name(key)
    known: dict[str, str] = dict(before.extra.get("told", {})) if before is not None else {}
    logged = list(before.extra.get("logged", ())) if before is not None else []
    about = f"impact:{impact.tree}:{impact.path}"
    writes: dict[str, Any] = {}
    events: list[Event] = []
    for agent, struck in by_agent.items():
        text = notice_of(impact, struck, author)
        if known.get(agent) != text:
            severity = HIGH if any(one.what.annotated for one in struck) else MEDIUM
            notices.tell(agent, Notice(text, view.now, about, severity), view, writes)
    for agent in known.keys() - by_agent.keys():
        _take_back(agent, impact, about, view, writes)
    conflict = impact_conflicts.recorded(
        _warned(impact, author, by_agent, view), str(before.extra.get("conflict", "")) if before else "", view, writes
    )
    stream = view.agent(author)
    for one in impact.struck:
        line = _warning(impact, one)
        if line not in logged:
            logged.append(line)
            details = {
                "answer": "conflict_alert", "file": impact.path, "dependent": one.what.path, "type": "DEPENDENCY",
                "warning": line, "severity": HIGH if one.what.annotated else MEDIUM,
            }  # fmt: skip
            events.append(Event(author or PERSON, stream.stream if stream else None, "warned", details))
    texts = {agent: notice_of(impact, struck, author) for agent, struck in by_agent.items()}
    extra = {
        **(before.extra if before is not None else {}),
        "told": texts,
        "logged": logged[-_LISTED:],
        "since": impact.since,
        "conflict": conflict,
    }
    after = Name(author, len(impact.struck), view.now, extra) if impact.struck else None
    if after is None and before is not None:
        writes[key] = None
    elif after is not None and (before is None or after._replace(at=before.at) != before):
        writes[key] = after
    return Change(tuple(agent for agent in texts if texts[agent] != known.get(agent)), writes, tuple(events))


def acknowledged(impact: Impact, by: str, why: str, view: View) -> Change:
    """Records that somebody knows of what is broken now, and why that is right."""
    key = key_of(impact.tree, impact.path)
    known = view.name(key) or Name(author_of(view, impact.key, impact.tree, impact.branch), 0, view.now)
    entry = {"by": by, "why": why, "at": view.now, "breaks": list(_lines(impact.struck))}
    after = known._replace(
        number=len(impact.struck), extra={"since": impact.since, **known.extra, "acknowledged": entry}
    )
    details = {"file": impact.path, "why": why, "breaks": len(impact.struck)}
    writes = {key: after}
    warning = _conflict_of(known, view)
    if warning is not None and (by.startswith(PERSON) or by in impact_conflicts.told_of(warning)):
        writes.update(impact_conflicts.acknowledged(warning.id, by, why, view).writes)
    return Change(None, writes, (Event(by, None, "acknowledged", details),))


def is_acknowledged(impact: Impact, view: View) -> str:
    """Who said to know of everything that is broken now; "" for nobody."""
    known = view.name(key_of(impact.tree, impact.path))
    entry = known.extra.get("acknowledged") if known is not None else None
    lines = set(_lines(impact.struck))
    if isinstance(entry, dict) and lines <= set(entry.get("breaks", ())):
        return str(entry.get("by", ""))
    warning = _conflict_of(known, view)
    return warning.resolved_by if warning is not None and lines <= impact_conflicts.acked_of(warning) else ""


def _conflict_of(known: Name | None, view: View) -> Conflict | None:
    """The recorded conflict of what was told of a changed file."""
    name = str(known.extra.get("conflict", "")) if known is not None else ""
    return view.conflict(name) if name else None


def _lines(struck: Iterable[Struck]) -> tuple[str, ...]:
    """Each break in a form that outlives edits above it."""
    return tuple(sorted({f"{one.what.path}: {one.what.symbol} {one.what.reason}" for one in struck}))


def _warned(impact: Impact, author: str, by_agent: dict[str, list[Struck]], view: View) -> Warned:
    """What the conflict says: who was told of what, and whose streams that concerns."""
    every = [one for struck in by_agent.values() for one in struck]
    known = [view.agent(name) for name in (author, *by_agent)]
    streams = {one.stream: None for one in known if one is not None and one.stream}
    streams.update({name: None for one in every for name in one.streams})
    severity = HIGH if any(one.what.annotated for one in every) else MEDIUM
    more = f" (and {len(every) - 1} more)" if len(every) > 1 else ""
    note = _warning(impact, every[0]) + more if every else ""
    told = {agent: _lines(struck) for agent, struck in by_agent.items()}
    return Warned(impact.path, impact.tree, author, note, severity, told, tuple(streams), _lines(impact.struck))


def _by_agent(impact: Impact, author: str, at_work: tuple[Agent, ...], view: View) -> dict[str, list[Struck]]:
    found: dict[str, list[Struck]] = {}
    mine = next((agent.stream for agent in at_work if agent.id == author), None)
    for one in impact.struck:
        agents = concerned(view, one, author)
        if not agents and one.streams and one.tree == impact.tree and mine not in one.streams:
            agents = tuple(
                agent.id for agent in at_work if agent.stream in one.streams and _may_be_told(agent.id, author, view)
            )
        for agent in agents:
            found.setdefault(agent, []).append(one)
    return found


def _take_back(agent: str, impact: Impact, about: str, view: View, writes: dict[str, Any]) -> None:
    """Drops what the agent has not seen; says that it is over where the change itself is."""
    inbox = notices.inbox_of(agent, view, writes)
    out = {number for answer in inbox.handed for number in answer.numbers}
    waiting = [one for one in inbox.notices if one.about == about]
    if waiting and all(one.number not in out for one in waiting):
        notices.is_due(agent, writes, view, (about,))
    elif not impact.changed:
        text = f"{printable(impact.path)} offers again what it did: nothing of yours depends on a change there now."
        notices.tell(agent, Notice(text, view.now, about), view, writes)


def notice_of(impact: Impact, struck: Iterable[Struck], author: str) -> str:
    """What an agent is told: who changed what, from what to what, and where it uses that."""
    parts = list(struck)
    where = f" on branch {printable(impact.branch, 40)}" if impact.branch else ""
    who = author or "Somebody"
    changes = list(dict.fromkeys(_change(one.what) for one in parts))
    shown = "; ".join(changes[:2]) + (f"; {len(changes) - 2} more" if len(changes) > 2 else "")  # noqa: PLR2004 - two
    head = f"{who} changed {printable(impact.path, 60)}{where}: {shown}. "
    places: list[str] = []
    uses = sorted({(one.what.path, one.what.line, one.what.reason) for one in parts})
    room = min(_LONGEST_PLACES, _LONGEST - len(head))
    for path, line, reason in uses:
        place = f"{printable(path, 60)}:{line} ({reason})"
        if places and len(", ".join([*places, place])) > room:
            places.append(f"{len(uses) - len(places)} more")
            break
        places.append(place)
    return (head + f"Yours that this breaks: {', '.join(places)}.")[: _LONGEST + 20]


def _change(one: Break) -> str:
    before, after = _short(one.before), _short(one.after)
    return f"{before} is {after} now" if before != after else f"{before} {_short(one.reason)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CHANGE else text[: _LONGEST_CHANGE - 1] + "…"


def _warning(impact: Impact, one: Struck) -> str:
    return f"{printable(one.what.path)} depends on {printable(impact.path)} - {_change(one.what)}"
