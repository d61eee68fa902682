"""What two agents need of a module, from what they changed, locked and said; the proposal is `pucs.negotiation`'s."""

from __future__ import annotations

from functools import partial

from pucs import locks, weave
from pucs.client.looking import copy_of, see_key
from pucs.client.opening import Repository
from pucs.client.sharing import symbols_in
from pucs.errors import UsageError
from pucs.linediff import cuts, is_text, lines_of
from pucs.negotiation import Need, PartitionResult, mentioned, partition, queued
from pucs.symbols import named, touched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pucs.client.looking import Sight
    from pucs.model import Agent, Lock
    from pucs.symbols import Symbol
    from pucs.view import View

    Lines = list[bytes]
    Ranges = list[tuple[int, int]]


def negotiate(
    repository: Repository, pair: tuple[str, str], path: str, wants: Mapping[str, Iterable[str]]
) -> PartitionResult:
    """How the two agents can share the file with that key; `wants` are symbols they said they need.

    Where they cannot, the second has a place in line then. Raises UsageError for agents and symbols that are not
    known.
    """
    view = repository.store.read()
    here = see_key(repository, path, view)
    if pair[0] == pair[1]:
        raise UsageError("an agent has nothing to negotiate with itself", "name two agents: pucs status lists them")
    symbols = symbols_in(here.data or b"", path, repository)
    one, other = (_need(repository, _agent(name, view), path, tuple(wants.get(name, ())), view) for name in pair)
    found = partition(path, one, other, symbols)
    if not found.queued:
        return found
    home = _tree_of(_agent(found.queued, view), path) or repository.tree.id
    there = (name for name, tree in view.path(path).trees.items() if locks.own(tree, found.first) is not None)
    told: PartitionResult = repository.store.transact(partial(queued, found, next(there, home), home))
    return told


def _agent(name: str, view: View) -> Agent:
    agent = view.agent(name)
    if agent is None:
        raise UsageError(f"no agent is called {name}", "see who is at work: pucs status")
    return agent


def _need(repository: Repository, agent: Agent, path: str, wants: tuple[str, ...], view: View) -> Need:
    need = Need(agent.id)
    said = ""
    for tree in view.path(path).trees:
        sight = see_key(repository, path, view, tree)
        mine = locks.own(sight.record.tree(tree), agent.id)
        if mine is not None:
            need = _with_changes(repository, need, sight, mine)
            said = said or mine.task
    symbols = symbols_in(see_key(repository, path, view, _tree_of(agent, path)).data or b"", path, repository)
    for name in wants:
        if not named(symbols, name):
            raise UsageError(f"{path} has no {name}", "name functions and classes that are in it")
    meant = mentioned(f"{agent.task} {said}", symbols)
    return need._replace(
        named=tuple(dict.fromkeys((*need.named, *(name.replace("::", ".") for name in wants), *meant)))
    )


def _tree_of(agent: Agent, path: str) -> str:
    return next((tree for tree, where in agent.paths if where == path), "")


def _with_changes(repository: Repository, need: Need, sight: Sight, mine: Lock) -> Need:
    """The need with what the agent changed in one tree: symbols by name, other lines by where they were in the base."""
    asked = tuple(text for text in locks.texts_of(mine.parts) if not text[:1].isdecimal())
    need = need._replace(named=need.named + asked, since=min(need.since or mine.acquired, mine.acquired))
    known = sight.record.tree(sight.target.tree).weave
    base = _lines(copy_of(repository, known.base if known else mine.base))
    now = _lines(sight.data)
    if base is None or now is None or (known is None and not locks.dirty(mine, sight.target.content)):
        return need
    if known is None:
        changes = [((old, old_end), (new, new_end)) for old, old_end, new, new_end in cuts(base, now)]
    elif known.content == sight.target.content:
        changes = [(hunk.base, hunk.now) for hunk in weave.hunks(known.runs) if mine.agent in hunk.agents]
    else:
        return need
    before = symbols_in(b"".join(base), sight.target.path, repository)
    after = symbols_in(b"".join(now), sight.target.path, repository)
    found: dict[str, None] = {}
    lines: Ranges = []
    for old, new in changes:
        names = _names(before, old, base) + _names(after, new, now)
        found.update(dict.fromkeys(names))
        if not names:
            lines.append(old)
    measured = known.base if known else mine.base
    return need._replace(changed=need.changed + tuple(found), lines=need.lines + tuple(lines), base=measured)


def _names(symbols: tuple[Symbol, ...], lines: tuple[int, int], text: Lines) -> tuple[str, ...]:
    return touched(symbols, *lines, text) if lines[0] < lines[1] else ()


def _lines(data: bytes | None) -> Lines | None:
    return None if data is None or not is_text(data) else lines_of(data)
