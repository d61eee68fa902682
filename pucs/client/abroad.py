"""Looking at what other worktrees make of a path: asks git, which only paths that two worktrees change pay for."""

from __future__ import annotations

from pucs import across, hotfiles, locks
from pucs.cases import is_critical
from pucs.clashes import DAY, Clash, Release
from pucs.client.looking import Sight, see_key
from pucs.client.opening import Repository
from pucs.client.sharing import proposed
from pucs.errors import GitError
from pucs.git import locate
from pucs.git.lineage import Lineage
from pucs.linediff import cuts, is_text, lines_of
from pucs.paths import argument
from pucs.record import Record
from pucs.state import contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from pucs.clashes import Hunk
    from pucs.git.locate import Tree
    from pucs.linediff import Cut
    from pucs.model import Agent
    from pucs.view import Change, View

_LARGEST = 1 << 20


class Peer(Record):
    """Whose work on the path stands in another worktree; `commit` where nothing of it is uncommitted."""

    agent: str
    tree: Tree
    commit: str
    since: float


def tell(repository: Repository, sights: Iterable[Sight], agent: Agent | None, view: View) -> None:
    """Tells both sides where an edit that was made is over lines which another worktree has and the target has not."""
    if agent is None:
        return
    lineage, tree = Lineage(repository.tree), repository.tree
    for sight in sights:
        try:
            word = hotfiles.hot(repository.policy, sight.target.name).word
            met = [_met(lineage, sight, peer, word) for peer in peers(repository, sight, agent.id, view)]
        except GitError:
            return
        found = [clash for one in met for clash in one]
        place = (tree.id, locate.branch_of(tree), sight.target.path)
        if found:
            repository.store.transact(_telling(agent, place, found))


def tell_of(repository: Repository, agent: str, paths: Iterable[str]) -> None:
    """The same for what a command of the agent changed."""
    view = repository.store.read()
    sights = [see_key(repository, path, view) for path in paths]
    shared = [sight for sight in sights if sight.is_shared]
    if shared:
        tell(repository, shared, view.agent(agent), view)


def _telling(agent: Agent, place: tuple[str, str, str], found: list[Clash]) -> Callable[[View], Change]:
    return lambda view: across.told(agent, place, found, view)


def judged(
    sight: Sight, repository: Repository, call: tuple[str, Mapping[str, Any]], agent: Agent | None, view: View
) -> Sight:
    """The sight with what is in the way in other worktrees, where such work keeps this one out."""
    policy, target = repository.policy, sight.target
    name, lineage = agent.id if agent else "", Lineage(repository.tree)
    if is_critical(policy, target):
        from pucs.client.passing import not_contained  # noqa: PLC0415 - critical files are few

        return sight._replace(target=target._replace(abroad=not_contained(repository, lineage, sight, view)))
    made = proposed(*call, sight.data) if sight.data is not None else None
    if policy.locks.across_worktrees != "deny" or made is None:
        return sight
    edited = cuts(lines_of(sight.data or b""), lines_of(made))
    here = sight._replace(data=made)
    word = hotfiles.hot(policy, target.name).word
    found = {
        peer.tree.id: tuple(_met(lineage, here, peer, word, edited)) for peer in peers(repository, sight, name, view)
    }
    return sight._replace(target=target._replace(abroad=found))


def peers(repository: Repository, sight: Sight, agent: str, view: View) -> list[Peer]:
    """Who has work on the path in worktrees that stand: bytes, or a commit, of an agent active within a day."""
    found: list[Peer] = []
    if hotfiles.hot(repository.policy, sight.target.name).word == hotfiles.REBUILD:
        return found  # nobody merges it: it is made anew
    for name, content in sight.target.elsewhere.items():
        tree = locate.tree_of_id(repository.tree.common, name)
        if tree is None:
            continue
        known = sight.record.tree(name)
        dirty = [one for one in known.locks if locks.dirty(one, content) and not locks.family(one.agent, agent)]
        for lock in sorted(dirty, key=lambda one: -one.last)[:1]:
            if _is_active(lock.agent, lock.last, view):
                found.append(Peer(lock.agent, tree, "", lock.acquired))
        if not dirty and known.release:
            release = Release(*known.release)
            if not locks.family(release.agent, agent) and _is_active(release.agent, release.at, view):
                found.append(Peer(release.agent, tree, release.commit, release.at))
    return found


def _is_active(agent: str, last: float, view: View) -> bool:
    known = view.agent(agent)
    return view.now - max(last, known.seen if known is not None else 0.0) < DAY


def _met(lineage: Lineage, sight: Sight, peer: Peer, word: str, edited: Iterable[Cut] | None = None) -> list[Clash]:
    """The clashes with the peer, one for each of its hunks; `word` is the policy of the path."""
    path = sight.target.path
    theirs = contents.look(f"{peer.tree.root}/{path}")[1]
    if theirs == sight.data or not _comparable(theirs, sight.data):
        return []
    here, there = lineage.here(), lineage.head(peer.tree)
    start = lineage.start(here, there) if here and there else ""
    base = lineage.text(start, path) if start else None
    if not start or not _comparable(base):
        return []
    their_lines = lines_of(theirs or b"")
    pairs = across.meeting(lines_of(base or b""), lines_of(sight.data or b""), their_lines, edited)
    pairs = [
        pair
        for pair in pairs
        if not across.side_by_side(word, pair) and not _has_landed(lineage, path, pair[0], their_lines)
    ]
    if not pairs or (pairs and _was_landed(lineage, start, path, theirs)):
        return []
    branch = locate.branch_of(peer.tree)
    who = (peer.agent, peer.tree.id, branch, peer.commit, peer.since, start, how_to_bring(branch or there[:12]))
    met = {pair[0].base: Clash(*who, *pair) for pair in reversed(pairs)}
    return [met[place] for place in sorted(met)]


def how_to_bring(branch: str) -> str:
    """The command that brings a branch's work in."""
    return f"git merge {argument(branch)}"


def _has_landed(lineage: Lineage, path: str, hunk: Hunk, theirs: list[bytes]) -> bool:
    texts = (lineage.text(commit, path) for commit in lineage.targets().values())
    return any(_comparable(text) and across.landed(hunk, theirs, lines_of(text or b"")) for text in texts)


def _was_landed(lineage: Lineage, start: str, path: str, theirs: bytes | None) -> bool:
    """Whether the target, or this branch, held just this content at some time since, and went on from there."""
    return any(theirs in lineage.held(start, one, path) for one in (*lineage.targets().values(), lineage.here()))


def _comparable(*texts: bytes | None) -> bool:
    return all(text is None or (len(text) <= _LARGEST and is_text(text)) for text in texts)
