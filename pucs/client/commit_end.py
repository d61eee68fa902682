"""What a finished commit leaves: locks on what landed clean are given back, and the log knows of it."""

from __future__ import annotations

from pucs import commit_end, hotfiles, system
from pucs.client.commits import Commit, committer, lock_key, name_of
from pucs.client.landing import is_in
from pucs.client.looking import see_key
from pucs.client.publishing import move_soon, publish_soon
from pucs.commit_end import AGAIN, Landed, Landing
from pucs.git import commits, locate
from pucs.model import ABSENT, Event, Name, Target
from pucs.state import commit_note, contents
from pucs.view import Change, Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.view import View

_LOOKS = 4
_LISTED = 100
_RELEASED = 200
"""A commit of an agent that changes more paths is no work on them: a merge, a tool that went over everything."""


def after(commit: Commit) -> None:
    """Records the commit at HEAD of this tree: releases, partly committed files, waiters, one line in the log."""
    store = commit.repository.store
    made, changes = _landed(commit)
    commit_note.leave(commit.gitdir, {})
    agent = committer(commit)
    by = name_of(commit, agent)
    view = store.read()
    paths = {name: lock_key(commit.repository, name, view) for name in changes}
    tree = commit.repository.tree
    releases = agent is not None and len(changes) <= _RELEASED and system.isdir(f"{tree.common}/worktrees")
    concerned = {name: path for name, path in paths.items() if releases or _concerns(commit, path, view)}
    if commits.is_rebasing(tree):
        concerned = {}  # uncommitted changes may be stashed meanwhile, which looks as if they had landed or were gone
    landing = Landing(made, by, tree.id, (), locate.branch_of(tree), releases)
    details = {"commit": made, "files_modified": len(changes), "files": [*changes][:_LISTED]}
    store.append([Event(by, commit.stream, "committed", details)])
    freed = _record(commit, landing, concerned, changes) if concerned else 0
    _note_committer(commit, Name(by, at=view.now, extra={"commit": made}), view, is_agent=agent is not None)
    if freed:
        publish_soon(commit.repository)
    move_soon(commit.repository)


def _note_committer(commit: Commit, last: Name, view: View, *, is_agent: bool) -> None:
    """Notes who committed last on the branch, and what: it is not rewritten while that agent is at work."""
    branch = locate.branch_of(commit.repository.tree)
    name = view.name("branch/" + branch) if branch else None
    # Of people who follow one another nothing is noted.
    if not branch or not (is_agent or (name is not None and name.value != last.value)):
        return
    commit.repository.store.transact(lambda _: Change(None, {"branch/" + branch: last}))


def _landed(commit: Commit) -> tuple[str, dict[str, str]]:
    """The commit at HEAD and what it changed: as `pre-commit` saw it, which spares a git, else as git says."""
    tree = commit.repository.tree
    noted, head = commit_note.found(commit.gitdir).get("changes"), locate.head_of(tree)
    # Should a later hook have staged more, it is held until the next look; what was staged otherwise is compared below.
    return (head, noted) if head and isinstance(noted, dict) else commits.landed(tree)


def _concerns(commit: Commit, path: str, view: View) -> bool:
    try:
        record = view.path(path)
    except Damaged:
        return False
    tree = record.tree(commit.repository.tree.id)
    return bool(tree.locks or tree.waiters or record.intents)


def _record(commit: Commit, landing: Landing, concerned: dict[str, str], changes: dict[str, str]) -> int:
    store = commit.repository.store
    for _ in range(_LOOKS):
        found = landing._replace(paths=_looked(commit, concerned, changes))

        def rule(view: View, found: Landing = found) -> Change:
            return commit_end.after(found, view)

        freed = store.transact(rule)
        if freed != AGAIN:
            return int(freed)
    return 0


def _looked(commit: Commit, concerned: dict[str, str], changes: dict[str, str]) -> tuple[Landed, ...]:
    tree, root = commit.repository.tree, commit.repository.tree.root
    revision = commit.repository.store.read().revision
    held = {name: contents.look(f"{root}/{name}")[0] for name in concerned}
    landed = dict(held)
    unsure = [name for name in concerned if held[name] != changes[name]]
    for name in commits.unlike_head(tree, unsure) if unsure else ():
        # In the form that the tree holds: what git stores may differ from it by filters and line endings.
        data = commits.checked_out(tree, name) if changes[name] != ABSENT else None
        landed[name] = ABSENT if data is None else contents.blob_id(data)
        contents.keep(commit.repository.store.root, landed[name], data)
    targets = {name: _shared(commit, path, landed[name]) for name, path in concerned.items()}
    done = {name: _done(commit, path, landed[name]) for name, path in concerned.items() if landed[name] != held[name]}
    return tuple(
        Landed(path, held[name], landed[name], revision, targets[name], done.get(name, ()), _remake(commit, path))
        for name, path in concerned.items()
    )


def _remake(commit: Commit, path: str) -> str | None:
    """How a file is made anew that is not merged; None for any other."""
    found = hotfiles.hot(commit.repository.policy, path)
    return found.command if found.word == hotfiles.REBUILD else None


def _done(commit: Commit, path: str, landed: str) -> tuple[str, ...]:
    """The agents whose every change of the path is in what was committed, though the tree holds something else."""
    repository = commit.repository
    try:
        found = repository.store.read().path(path).tree(repository.tree.id).locks
    except Damaged:
        return ()
    data = contents.kept(repository.store.root, landed)
    return tuple(lock.agent for lock in found if data is not None and is_in(repository, lock, data))


def _shared(commit: Commit, path: str, landed: str) -> Target | None:
    """The path with the texts that tell its lines, where several agents share it."""
    repository = commit.repository
    view = repository.store.read()
    if view.path(path).tree(repository.tree.id).weave is None:
        return None
    target = see_key(repository, path, view).target
    data = contents.kept(repository.store.root, landed)
    return target if data is None else target._replace(texts={**target.texts, landed: data})
