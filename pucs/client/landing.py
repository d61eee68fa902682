"""Whether a holder's bytes were committed without our hooks seeing it (hooks skipped, another tool's commit)."""

from __future__ import annotations

from pucs import edit_end, locks, scopes
from pucs.client.looking import copy_of, see_key
from pucs.client.opening import Repository
from pucs.errors import GitError
from pucs.git.commits import checked_out
from pucs.git.run import git, plain_environment
from pucs.linediff import holds_change
from pucs.model import Finding, PathRecord
from pucs.state import contents
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.model import Lock
    from pucs.view import View


def compare(repository: Repository, finding: Finding, head: str) -> None:
    """Releases the finding's lock if HEAD holds what the tree holds, or all that the lock's agent changed.

    Where it does not, notes for which HEAD that was found, so that git is asked once for each.
    """
    lock = finding.lock
    if lock is None:
        return
    content = contents.look(f"{repository.tree.root}/{finding.path}")[0]
    try:
        committed = _in_head(repository.tree.root, finding.path)
        # What git does not track is no change to it, whatever it holds.
        unsure = committed not in (contents.ABSENT, lock.wrote)
        same = committed == content or (unsure and _same_as_head(repository.tree.root, finding.path))
        moved = unsure and not same and committed != lock.base
        data = checked_out(repository.tree, finding.path) if moved else None
        done = data is not None and is_in(repository, lock, data)
    except GitError:
        committed, same, done = contents.UNKNOWN, False, False

    def rule(view: View) -> Change:
        record = view.path(finding.path)
        tree = record.tree(finding.tree)
        if locks.own(tree, lock.agent) != lock:
            return Change(None)  # somebody acted since this was looked at
        if same:
            record, _ = locks.committed(record, finding.tree, (content, content))
        elif tree.weave is not None:
            record = _in_lines(repository, finding, record, head)
        elif committed == lock.wrote or done:
            record = locks.landed(record, finding.tree, lock.agent, content)
        else:
            record = locks.compared(record, finding.tree, lock.agent, head)
        writes: dict[str, Any] = {}
        writes["path/" + finding.path] = edit_end.woken(record, finding.tree, view, writes)
        return Change(None, writes)

    repository.store.transact(rule)


def is_in(repository: Repository, lock: Lock, committed: bytes) -> bool:
    """Whether every change of the lock's agent is in the committed bytes, formatted or among other changes."""
    kept = [copy_of(repository, one) for one in (lock.base, lock.wrote or contents.UNKNOWN)]
    base, wrote = kept
    return base is not None and wrote is not None and holds_change(base, wrote, committed)


def _in_lines(repository: Repository, finding: Finding, record: PathRecord, head: str) -> PathRecord:
    """The record of a shared file once each line that HEAD has is nobody's any more."""
    target = see_key(repository, finding.path, repository.store.read(), finding.tree).target
    data = checked_out(repository.tree, finding.path)
    tree = record.tree(finding.tree)
    if data is not None and tree.weave is not None:
        committed = contents.blob_id(data)
        contents.keep(repository.store.root, committed, data)
        target = target._replace(texts={**target.texts, committed: data})
        tree = scopes.landed(tree, target, committed) or tree
    record = record.with_tree(finding.tree, tree)
    return locks.compared(record, finding.tree, finding.lock.agent, head) if finding.lock else record


def _in_head(root: str, path: str) -> str:
    """The fingerprint of what HEAD holds there."""
    found = git(["rev-parse", "--verify", "-q", f"HEAD:{path}"], cwd=root, env=plain_environment(), check=False)
    return found.stdout.strip().decode() if found.status == 0 else contents.ABSENT


def _same_as_head(root: str, path: str) -> bool:
    """Whether the tree's file would be committed as HEAD has it: line endings and filters may make the bytes differ."""
    arguments = ["diff", "--quiet", "HEAD", "--", f":(literal){path}"]
    return git(arguments, cwd=root, env=plain_environment(), check=False).status == 0
