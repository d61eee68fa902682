"""The rule of announcing: what an intent overlaps with, whom that concerns, and what is recorded.

Locks were looked at on the disk before; intents are judged with the state, so that of two agents that announce the
same at once one always sees the other.
"""

from __future__ import annotations

from pucs import intents, locks
from pucs.errors import StoreError
from pucs.intents import Intent, called, clock
from pucs.model import Agent, Event, Lock, Notice
from pucs.paths import printable
from pucs.patterns import matches
from pucs.policy import Policy, owners
from pucs.protocol import AgentMessage
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.patterns import Pattern
    from pucs.view import View

FILE_LOCK, INTENT, DEPENDENCY = "FILE_LOCK", "INTENT", "DEPENDENCY"
LOW = "low"

_WARNED = 20


class Overlap(Record):
    """One thing in the way of an announcement: of which `type`, on which file, who is at it, for what, until when.

    A DEPENDENCY names the file that one side changes and the other needs. `warning` says it to who announces, `news` to
    the holder.
    """

    type: str
    file: str
    holder: str
    stream: str | None
    task: str
    until: float
    severity: str
    warning: str
    news: str


class Holding(Record):
    """A path that another agent changes now, as the disk says, until when, and in which other working tree, if any."""

    path: str
    lock: Lock
    until: float
    where: str = ""


class Announcement(Record):
    """What an agent wants to announce: `files` as it said it, `paths` all that exists of them or is named in full.

    `holdings` are what others change now; `imports` are paths that announced files may import, each with one that does,
    and `importers` are files of others with the announced ones that they may import.
    """

    agent: Agent
    task: str
    files: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    paths: tuple[str, ...]
    seconds: float
    holdings: tuple[Holding, ...] = ()
    imports: dict[str, str] = {}
    importers: dict[str, tuple[str, ...]] = {}

    def wants(self, path: str) -> bool:
        """Whether the path is announced."""
        return path in self.paths or any(matches((one,), path) for one in self.patterns)


class IntentResult(Record):
    """What an announcement met: the conflicts, the files that are free to be locked, and until when it counts."""

    conflicts: tuple[Overlap, ...]
    files: tuple[str, ...]
    id: str = ""
    task: str = ""
    until: float = 0.0


class _Work(Record):
    """What another agent is at: a path it holds or announced."""

    path: str
    agent: str
    stream: str | None
    task: str
    until: float
    type: str
    where: str = ""

    def words(self) -> str:
        what = "is being changed" if self.type == FILE_LOCK else "was announced"
        where = f" in worktree {printable(self.where, 60)}" if self.where else ""
        who = called(self.agent, self.stream, self.task)
        return f"{printable(self.path)} {what}{where} by {who} until {clock(self.until)}."


def found(wish: Announcement, policy: Policy, view: View) -> IntentResult:
    """What the announcement would meet. Changes nothing."""
    others = [one for one in intents.all_open(view) if not locks.family(one.agent, wish.agent.id)]
    works = [
        _Work(one.path, one.lock.agent, one.lock.stream, one.lock.task, one.until, FILE_LOCK, one.where)
        for one in wish.holdings
    ]
    works += [_Work(path, *_who(one), INTENT) for one in others for path in dict.fromkeys((*one.files, *one.marked))]
    until = view.now + _seconds(wish, policy)
    plan = f"{called(wish.agent.id, wish.agent.stream, wish.task)} plans, until {clock(until)}, to change"
    shared = [work for work in works if work.type == FILE_LOCK and wish.wants(work.path)]
    shared += [_Work(path, *_who(one), INTENT) for one in others for path in _shared(wish, one)]
    overlaps = [_overlap(work, plan) for work in shared]
    overlaps += _needed(wish, [work for work in works if not wish.wants(work.path)], plan, policy)
    taken = {one.path for one in wish.holdings if not one.where}
    once = {(one.type, one.file, one.holder): one for one in reversed(overlaps)}
    free = tuple(path for path in wish.paths if path not in taken)
    return IntentResult(tuple(reversed(once.values())), free, "", wish.task, until)


def signal(wish: Announcement, policy: Policy, view: View) -> Change:
    """Records the intent, marks its paths, and tells whom it concerns, once. The result is an IntentResult.

    The agent's earlier intent of the same files gives way to it.
    """
    result, agent = found(wish, policy, view), wish.agent
    intent = Intent(f"i{view.revision}", agent.id, agent.stream, wish.task, wish.files, view.now, result.until)
    intent = intent._replace(patterns=wish.patterns, marked=wish.paths, process=agent.process)
    writes: dict[str, Any] = {}
    events: list[Event] = []
    for earlier in intents.all_open(view):
        if earlier.agent == agent.id and set(earlier.files) == set(intent.files):
            events += intents.ended(earlier, intents.REPLACED, view, writes)
            intent = intent._replace(told=earlier.told)
    for path in intent.marked:
        try:
            record = intents.record_of(path, view, writes)
        except StoreError:
            continue  # damaged: it counts as held, and whoever asks is told so
        writes["path/" + path] = record._replace(intents=(*record.intents, (intent.id, agent.id, intent.until)))
    details = {"message": AgentMessage.SIGNAL_INTENT, "intent": intent.id, "task": wish.task, "files": list(wish.files)}
    events.append(Event(agent.id, agent.stream, "intended", details))
    writes[intents.key_of(intent.id)] = _told(intent, result.conflicts, view, writes)
    for one in result.conflicts[:_WARNED]:
        about = {"answer": "conflict_alert", "file": one.file, "holder": one.holder, "type": one.type}
        said = {**about, "warning": one.warning, "severity": one.severity}
        events.append(Event(agent.id, agent.stream, "warned", said))
    return Change(result._replace(id=intent.id), writes, tuple(events))


def closed(agent: str, view: View) -> Change:
    """Ends the agent's intents. The result is what ended."""
    writes: dict[str, Any] = {}
    events: tuple[Event, ...] = ()
    mine = tuple(one for one in intents.all_open(view) if one.agent == agent)
    for one in mine:
        events += intents.ended(one, intents.CLOSED, view, writes)
    return Change(mine, writes, events)


def depends(policy: Policy, stream: str | None, path: str) -> bool:
    """Whether the path belongs to a dependency of the stream: to another stream, or to a folder or module so called."""
    wanted = {name.rstrip("/") for rule in policy.streams if rule.name == stream for name in rule.dependencies}
    if any(path.startswith(name + "/") or name in (path, path.rpartition(".")[0]) for name in wanted):
        return True
    return any(rule.name in wanted and matches(rule.patterns, path) for rule in policy.streams)


def _seconds(wish: Announcement, policy: Policy) -> float:
    return min(wish.seconds or policy.locks.default_s, policy.locks.max_s)


def _who(intent: Intent) -> tuple[str, str | None, str, float]:
    return intent.agent, intent.stream, intent.task, intent.until


def _shared(wish: Announcement, other: Intent) -> list[str]:
    """The paths of both; where both name what does not exist yet, the text that the other one used."""
    named = [path for path in (*other.files, *other.marked) if not intents.is_pattern(path)]
    both = [path for path in dict.fromkeys((*wish.paths, *named)) if intents.covers(other, path) and wish.wants(path)]
    if both:
        return both
    folders = [text for text in wish.files if text.endswith("/")]
    theirs = [text for text in other.files if text.endswith("/")]
    return [text for text in theirs if any(text.startswith(one) or one.startswith(text) for one in folders)]


def _overlap(work: _Work, plan: str) -> Overlap:
    why = "you are changing it" if work.type == FILE_LOCK else "you announced it, too"
    news = f"{plan} {printable(work.path)}: {why}."
    return Overlap(work.type, work.path, work.agent, work.stream, work.task, work.until, "medium", work.words(), news)


def _needed(wish: Announcement, works: Iterable[_Work], plan: str, policy: Policy) -> list[Overlap]:
    """What others work on that the announced files need, and what of these they need: one of each for each of them."""
    mine = {wish.agent.stream, *(name for path in wish.paths for name in owners(policy, path))}
    overlaps: dict[tuple[str, str], Overlap] = {}
    for work in works:
        who = work.agent, work.stream, work.task, work.until
        user = wish.imports.get(work.path) or next(
            (f"stream {name}" for name in mine if depends(policy, name, work.path)), ""
        )
        if user and (work.agent, "needed") not in overlaps:
            said = f"{work.words()} {printable(user)} needs it."
            news = f"{plan} {printable(wish.files[0])}, which needs {printable(work.path)}: that is yours now."
            overlaps[work.agent, "needed"] = Overlap(DEPENDENCY, work.path, *who, "medium", said, news)
        streams = {work.stream, *owners(policy, work.path)} - mine
        needed = list(wish.importers.get(work.path, ()))
        needed += [path for path in wish.paths if any(depends(policy, name, path) for name in streams)]
        if needed and (work.agent, "needs") not in overlaps:
            path = printable(needed[0])
            said = f"{called(*who[:3])} works on {printable(work.path)} until {clock(work.until)}, which needs {path}."
            news = f"{plan} {path}, which your {printable(work.path)} needs."
            overlaps[work.agent, "needs"] = Overlap(DEPENDENCY, needed[0], *who, LOW, said, news)
    return sorted(overlaps.values(), key=lambda one: one.severity == LOW)


def _told(intent: Intent, conflicts: tuple[Overlap, ...], view: View, writes: dict[str, Any]) -> Intent:
    """Tells each other side once; gives the intent with whom it is known to. Their intents know of this agent, too."""
    for one in conflicts:
        # Who was told of a dependency does not know of all files that are announced.
        name = f"{one.type}:{one.holder}" if one.type == DEPENDENCY else one.holder
        if name not in intent.told:
            intent = intents.known_to(intent, name)
            rank = "info" if one.severity == LOW else "medium"
            intents.tell(one.holder, Notice(one.news, view.now, f"intent:{intent.id}", rank), view, writes)
    for other in intents.all_open(view):
        if any((one.type, one.holder) == (INTENT, other.agent) for one in conflicts) and intent.agent not in other.told:
            writes[intents.key_of(other.id)] = intents.known_to(other, intent.agent)
    return intent
