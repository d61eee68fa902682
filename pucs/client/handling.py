"""What people and agents do to locks by hand: wait for one, take one over, break one, and ask why."""

from __future__ import annotations

import os
import time

from pucs import edit_end, edit_gate, hotfiles, locks, scopes
from pucs.client import noting
from pucs.client.looking import Sight, see, see_key
from pucs.client.opening import Repository
from pucs.client.parting import Wish, wish, with_parts
from pucs.client.sharing import with_texts
from pucs.client.surveying import at_work, holdings_of, open_conflicts, standing
from pucs.client.words import words_of
from pucs.conflicts import Conflict
from pucs.errors import Refusal, StoreError, UsageError
from pucs.git import locate
from pucs.intents import covers
from pucs.model import DENY, Agent, EditRequest, Event, Finding, Name, Notice, Verdict
from pucs.notices import tell
from pucs.paths import argument
from pucs.policy import critical, owners, partitions
from pucs.record import Record
from pucs.report import Holding, Standing
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.view import View


class Awaited(Record):
    """What somebody waits for: a path that must be free in a tree, and who was denied it in which ("": nobody was).

    With `parts`, as texts, only those of it must be.
    """

    path: str
    tree: str
    agent: str = ""
    wanted_in: str = ""
    parts: tuple[str, ...] = ()


class Answer(Record):
    """What the gate would say to one agent, and in which words it would deny; `elsewhere` in the file it would not."""

    agent: str
    stream: str | None
    decision: str
    words: str = ""
    elsewhere: bool = False


class Reasons(Record):
    """Everything the gate would go by on one path, or on `parts` of it, which are where it says."""

    path: str
    owners: tuple[str, ...]
    critical: bool
    holdings: tuple[Holding, ...]
    answers: tuple[Answer, ...]
    damaged: bool = False
    conflicts: tuple[Conflict, ...] = ()
    policy: str = hotfiles.NONE
    rebuild: str = ""
    lines: dict[str, str] = {}
    intents: tuple[Standing, ...] = ()
    parts: dict[str, str] = {}


def awaited(repository: Repository, text: str) -> Awaited:
    """What a ticket, a path or a part of one stands for. Raises UsageError for anything else."""
    view = repository.store.read()
    name = view.name("ticket/" + text)
    if name is not None:
        tree = str(name.extra.get("tree", locate.MAIN))
        return Awaited(name.value, tree, str(name.extra.get("agent", "")), str(name.extra.get("for", tree)))
    if text[:1] == "t" and text[1:].isdecimal():
        if int(text[1:]) > view.revision:
            raise UsageError(f"nobody was given the ticket {text}", "a denial names the ticket; or wait for a path")
        raise Refusal(f"the ticket {text} is too old", "wait for the path")
    meant = wished(repository, text)
    return Awaited(meant.path, repository.tree.id, "", repository.tree.id, meant.parts)


def in_the_way(repository: Repository, what: Awaited) -> tuple[Holding, ...]:
    """The locks of others that bind there now; for one that was denied, that of the agent in whose way it was."""
    view = repository.store.read()
    waiters = view.path(what.path).tree(what.tree).waiters
    meant = next((one.holder for one in waiters if one.agent == what.agent), "")
    if what.parts:
        sight = with_parts(see_key(repository, what.path, view, what.tree), what.parts, repository)
        verdict = _verdict(repository, sight, Agent("", first=view.revision), view)
        lock = verdict.findings[0].lock if verdict.findings else None
        if lock is None:
            return ()
        meant = lock.agent
    return tuple(
        one
        for one in holdings_of(repository, what.path, view)
        if one.tree == what.tree
        and not locks.related(one.lock.agent, what.agent)
        and (not meant or locks.family(one.lock.agent, meant))
    )


def wished(repository: Repository, text: str) -> Wish:
    """The path that is meant, as the gate knows it, and its parts. Raises UsageError for one outside the tree."""
    found = wish(text, lambda path: os.path.lexists(os.path.join(repository.tree.root, path)))
    return found._replace(path=inside_of(repository, found.path))


def inside_of(repository: Repository, path: str) -> str:
    """The key of a path as the gate knows it. Raises UsageError for one outside the working tree."""
    try:
        place = locate.place_of(path, repository.tree.root)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path!r} is no path: {error}", "name a path inside the working tree") from None
    if place is None or place.tree.root != repository.tree.root:
        raise UsageError(f"{path} is not in {repository.tree.root}", "name a path inside the working tree")
    if not place.inside:
        raise UsageError(f"{path or '(nothing)'} is the whole working tree", "name a file inside it")
    return see(repository, place.inside, repository.store.read()).target.path


def break_locks(repository: Repository, paths: Iterable[str], by: str) -> tuple[Holding, ...]:
    """Takes every lock off these paths, keeps a copy of each content, and tells the holders. For people only."""
    broken: list[Holding] = []
    for path in paths:
        sight = see_key(repository, path, repository.store.read())
        noting.keep(repository.store.root, [sight])
        found = tuple(holdings_of(repository, path, repository.store.read()))

        def rule(view: View, path: str = path, found: tuple[Holding, ...] = found) -> Change:
            record = view.path(path)
            writes: dict[str, Any] = {}
            for holding in found:
                record = record.with_tree(holding.tree, locks.without(record.tree(holding.tree), holding.lock.agent))
                text = f"{by} took your lock off {path}. Look at the file before you go on."
                tell(holding.lock.agent, Notice(text, view.now, "broken:" + path, "high"), view, writes)
                record = edit_end.woken(record, holding.tree, view, writes)
            for name, tree in record.trees.items():
                record = record.with_tree(name, tree._replace(release=()))
            writes["path/" + path] = record
            events = tuple(Event(by, None, "unlocked", {"file": path, "from": one.lock.agent}) for one in found)
            return Change(None, writes, events)

        repository.store.transact(rule)
        noting.taken_over(repository.store.root, noting.Act(by, time.time(), "", "unlock --force"), sight.target)
        broken += found
    return tuple(broken)


def why(repository: Repository, path: str, stranger: str, parts: tuple[str, ...] = ()) -> Reasons:
    """What the gate would say about an edit of this path: to each agent at work, and to a newcomer. Changes nothing.

    With `parts`, of those only. Raises UsageError where one is not there.
    """
    policy, view = repository.policy, repository.store.read()
    sight = with_parts(see_key(repository, path, view), parts, repository)
    lines = _lines(repository, sight)
    askers = [*sorted(at_work(view), key=lambda agent: agent.id), Agent(stranger, first=view.revision)]
    answers = []
    for agent in askers:
        verdict = _verdict(repository, sight, agent, view)
        words, elsewhere = "", False
        if verdict.decision == DENY:
            finding = _with_a_real_ticket(verdict.findings[0], agent.id, view)
            words = words_of(repository, finding, [sight], agent.stream)
            elsewhere = finding.lock is not None and finding.lock.agent in lines and not finding.lock.calls
        answers.append(Answer(agent.id, agent.stream, verdict.decision, words, elsewhere))
    try:
        view.path(path)
        damaged = False
    except StoreError:
        damaged = True
    holdings = tuple(holdings_of(repository, path, view))
    clashes = open_conflicts(repository, view, path)
    strict = critical(policy, path) is not None
    hot = hotfiles.hot(policy, sight.target.name)
    said = tuple(one for one in standing(view) if covers(one.intent, path))
    found = Reasons(path, owners(policy, path), strict, holdings, tuple(answers), damaged, clashes)
    found = found._replace(policy=hot.word, rebuild=hot.command, intents=said, lines=lines)
    where: dict[str, str] = {}
    for text, _, first, end in sight.target.parts:
        where[text] = f"{where[text]} and {first + 1}-{end}" if text in where else f"{first + 1}-{end}"
    return found._replace(parts=where)


def _verdict(repository: Repository, sight: Sight, agent: Agent, view: View) -> Verdict:
    """What the gate would say to the agent."""
    request = EditRequest(agent, "", "Edit", (sight.target,), agent.stream)
    verdict: Verdict = edit_gate.before(request, repository.policy, view).result
    return verdict


def _lines(repository: Repository, sight: Sight) -> dict[str, str]:
    """Whose uncommitted lines are where, in a file that agents may share."""
    tree = sight.record.tree(repository.tree.id)
    whole = any(lock.explicit and not lock.parts for lock in tree.locks)
    if whole or not partitions(repository.policy, sight.target.name):
        return {}
    return scopes.places(tree, with_texts(sight.target, repository, tree, sight.data))


def _with_a_real_ticket(finding: Finding, agent: str, view: View) -> Finding:
    """The finding as one who only asks may show it: who was never denied has no ticket, and waits for the path."""
    ticket = view.name("ticket/" + finding.ticket) if finding.ticket else None
    if ticket is not None and ticket.extra.get("agent") == agent:
        return finding
    return finding._replace(ticket=argument(finding.path))


def switch_off(repository: Repository, seconds: float, by: str) -> float:
    """Switches the guard off for that long (0: until switched on). Gives when it ends, 0 for never."""

    def rule(view: View) -> Change:
        until = int(view.now + seconds) if seconds else 0
        details: dict[str, Any] = {"until": until} if until else {}
        return Change(
            float(until), {"switch/off": Name(by, until, view.now)}, (Event(by, None, "switched off", details),)
        )

    until: float = repository.store.transact(rule)
    return until


def switch_on(repository: Repository, by: str) -> bool:
    """Switches the guard on again; gives whether it was off."""

    def rule(view: View) -> Change:
        was_off = view.name("switch/off") is not None
        writes = {"switch/off": None} if was_off else {}
        return Change(was_off, writes, (Event(by, None, "switched on"),) if was_off else ())

    was_off: bool = repository.store.transact(rule)
    return was_off
