"""Whether a holder's bytes were committed without our hooks seeing it (hooks skipped, another tool's commit)."""

from __future__ import annotations

from pucs import locks
from pucs.client.opening import Repository
from pucs.errors import GitError
from pucs.git.run import git, plain_environment
from pucs.model import Finding
from pucs.state import contents
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.view import View


def landed(repository: Repository, finding: Finding, head: str) -> bool:
    """Releases the lock of the finding if HEAD moved since its last write and now holds what the tree holds.

    Runs git at most twice, once for each HEAD. Gives whether anything was released.
    """
    lock = finding.lock
    if finding.rule not in ("held", "parked", "parked-kept") or lock is None or lock.calls:
        return False
    root = repository.tree.root
    content = contents.look(f"{root}/{finding.path}")[0]
    try:
        same = _same_as_head(root, finding.path, content)
    except GitError:
        return False

    def rule(view: View) -> Change:
        if not same:
            record = locks.compared(view.path(finding.path), finding.tree, lock.agent, head)
            return Change(False, {"path/" + finding.path: record})
        record, ended = locks.committed(view.path(finding.path), finding.tree, (content, content))
        return Change(bool(ended), {"path/" + finding.path: record} if ended else {})

    released: bool = repository.store.transact(rule)
    return released


def _same_as_head(root: str, path: str, content: str) -> bool:
    environment = plain_environment()
    committed = git(["rev-parse", "--verify", "-q", f"HEAD:{path}"], cwd=root, env=environment, check=False)
    if committed.status != 0:
        return content == contents.ABSENT
    if committed.stdout.strip().decode() == content:
        return True
    arguments = ["diff", "--quiet", "HEAD", "--", f":(literal){path}"]
    return git(arguments, cwd=root, env=environment, check=False).status == 0
