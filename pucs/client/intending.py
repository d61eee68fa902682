"""Announcing work: what the files are, who is at them, and the rule that records it."""

from __future__ import annotations

from functools import partial

from pucs import agents, announcements, intents, locks, system
from pucs.announcements import Announcement, Holding, IntentResult
from pucs.client.opening import Repository
from pucs.client.surveying import at_work, holdings_of
from pucs.errors import StoreError, UsageError
from pucs.git import locate, worktrees
from pucs.model import Agent
from pucs.paths import key_of
from pucs.patterns import matches
from pucs.record import Record
from pucs.report import tree_name
from pucs.state import contents
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pucs.agents import Identity
    from pucs.intents import Intent
    from pucs.patterns import Pattern
    from pucs.report import Survey
    from pucs.view import View

_MOST_MARKED = 200
"""So many paths of folders and patterns get a mark; an edit of others is noticed in the background."""


_MOST_READ = 100
"""So many files of each side are read for what they import."""


class Extent(Record):
    """What somebody named: as said, from the tree's root; the folders and patterns of it; the paths that these mean."""

    files: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    paths: tuple[str, ...]


def announce(repository: Repository, identity: Identity, files: Iterable[str], seconds: float) -> IntentResult:
    """Records that the agent will change the files, and gives what that meets. Raises UsageError for no such files."""
    extent = extent_of(repository, files)
    seen = _seen(repository, identity.given, extent, repository.store.read())._replace(seconds=seconds)

    def rule(view: View) -> Change:
        begun = agents.named(identity, view)
        wish = seen._replace(agent=begun.result, task=identity.task or begun.result.task)
        change = announcements.signal(wish, repository.policy, view.after(begun))
        return Change(change.result, {**begun.writes, **change.writes}, begun.events + change.events)

    result: IntentResult = repository.store.transact(rule)
    return result


def conflicts(repository: Repository, agent: Agent, files: Iterable[str]) -> IntentResult:
    """What announcing the files would meet. Changes nothing."""
    extent = extent_of(repository, files)
    view = repository.store.read()
    wish = _seen(repository, agent.id, extent, view)._replace(agent=agent, task=agent.task)
    return announcements.found(wish, repository.policy, view)


def close(repository: Repository, agent: str) -> tuple[Intent, ...]:
    """Ends all intents of the agent, and gives them."""
    ended: tuple[Intent, ...] = repository.store.transact(partial(announcements.closed, agent))
    return ended


def tidy(repository: Repository, surveyed: Survey) -> None:
    """Forgets intents that count no more, and tells of edits below announced folders that carried no mark yet."""
    store = repository.store
    view = store.read()
    for name in list(view.names("intent")):
        intent = view.record(intents.key_of(name))
        if intent is None:
            continue
        if intents.ending(intent, view):
            store.transact(partial(intents.dropped, name))
        held = [(one.path, one.lock.agent) for one in surveyed.holdings if one.path not in intent.marked]
        below = tuple((path, agent) for path, agent in held if intents.covers(intent, path))
        if any(agent == intent.agent or agent not in intent.told for _, agent in below):
            store.transact(partial(intents.entered, name, below))


def extent_of(repository: Repository, files: Iterable[str]) -> Extent:
    """What these texts mean: paths, folders and gitignore patterns, seen from the working tree's root."""
    named: dict[str, Pattern | None] = {}
    for text in files:
        named.setdefault(*_named(repository, text))
    if not named:
        raise UsageError("no file is named", "name what you will change: files, folders/, or patterns like llm/**/*.py")
    patterns = tuple(pattern for pattern in named.values() if pattern is not None)
    paths = dict.fromkeys(text for text, pattern in named.items() if pattern is None)
    fold = repository.installation.fold_case
    for path in worktrees.present(repository.tree.root) if patterns else ():
        key = key_of(path, fold_case=fold)
        if len(paths) < _MOST_MARKED and any(matches((pattern,), key) for pattern in patterns):
            paths[key] = None
    return Extent(tuple(named), patterns, tuple(paths))


def _named(repository: Repository, text: str) -> tuple[str, Pattern | None]:
    """The text as it is kept, with its pattern where it means more than one path."""
    root = repository.tree.root
    try:
        place = locate.place_of(text, root)
    except (OSError, ValueError) as error:
        raise UsageError(f"{text!r} is no path: {error}", "name a path inside the working tree") from None
    if place is None or place.tree.root != root:
        raise UsageError(f"{text} is not in {root}", "name a path inside the working tree")
    key = key_of(place.inside, fold_case=repository.installation.fold_case)
    if not key or text.strip() in ("*", "**", "**/*"):
        raise UsageError(f"{text or '(nothing)'} is everything", "name the files or folders that you will change")
    if system.isdir(f"{root}/{place.inside}") or text.endswith("/"):
        return key + "/", ["+", key + "/", True, ["", ""], False]
    if not intents.is_pattern(text) or system.lexists(f"{root}/{place.inside}"):
        return key, None
    from pucs.config.compiling import compile_pattern  # noqa: PLC0415 - most name files

    return text, compile_pattern("/" + text.lstrip("/") if "/" in text else text)


def _seen(repository: Repository, agent: str, extent: Extent, view: View) -> Announcement:
    """The announcement with all that the disk says about it."""
    holdings = tuple(_holdings(repository, agent, extent, view))
    wish = Announcement(Agent(agent), "", extent.files, extent.patterns, extent.paths, 0.0, holdings)
    theirs = dict.fromkeys(one.path for one in holdings)
    for intent in intents.all_open(view):
        theirs.update(dict.fromkeys(() if locks.family(intent.agent, agent) else intent.marked))
    theirs = dict.fromkeys(path for path in theirs if not wish.wants(path))
    if not theirs:
        return wish
    root, fold = repository.tree.root, repository.installation.fold_case
    read = {path: _imported(root, path) for path in (*extent.paths[:_MOST_READ], *[*theirs][:_MOST_READ])}
    mine = {key_of(found, fold_case=fold): path for path in extent.paths[:_MOST_READ] for found in read[path]}
    users = {path: tuple(one for one in extent.paths if one in read.get(path, ())) for path in theirs}
    return wish._replace(imports=mine, importers=users)


def _imported(root: str, path: str) -> set[str]:
    from pucs.code.imports import imported  # noqa: PLC0415 - mostly nobody else is at work

    data = contents.look(f"{root}/{path}")[1] if path.endswith(".py") else None
    return imported(data, path) if data is not None else set()


def _holdings(repository: Repository, agent: str, extent: Extent, view: View) -> Iterator[Holding]:
    """What others hold: of these paths whoever it is, of all others the agents at work."""
    busy = sorted(path for other in at_work(view) for _, path in other.paths)
    for path in dict.fromkeys((*extent.paths, *busy)):
        try:
            found = tuple(holdings_of(repository, path, view))
        except StoreError:
            continue
        for one in found:
            if not locks.family(one.lock.agent, agent):
                where = "" if one.tree == repository.tree.id else tree_name(one.tree)
                yield Holding(path, one.lock, one.expires, where)
