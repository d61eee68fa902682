"""One git command in the light of the repository: which files its pathspecs mean, which of its agent's own."""

from __future__ import annotations

from pucs import git_reach, system
from pucs.client import peers
from pucs.client.opening import Repository
from pucs.git import asking
from pucs.git_reach import IGNORED, STAGED, TRACKED, UNTRACKED, Reach
from pucs.git_wording import Setting
from pucs.model import Agent
from pucs.paths import key_of
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from pucs.commands import GitCall
    from pucs.git.asking import Asking
    from pucs.view import View


class Case(Record):
    """One git command in the light of the repository and the state."""

    call: GitCall
    repository: Repository
    asking: Asking
    view: View
    agent: Agent | None
    stream: str | None

    @property
    def name(self) -> str:
        """The id of the agent that runs the command; "" for one that nobody knows yet."""
        return self.agent.id if self.agent is not None else ""


def fitting(case: Case, reach: Reach, paths: list[str]) -> set[str]:
    """Those of the paths that git's pathspecs mean; plain ones are read here, others git is asked about."""
    if any(_is_exotic(spec) for spec in reach.paths):
        return case.asking.matching(reach.paths)
    found: set[str] = set()
    root = case.repository.tree.root
    for spec in reach.paths:
        full = system.normpath(system.join(system.realpath(case.call.folder), spec))
        inside = key_of(full.removeprefix(root).strip("/"), fold_case=case.repository.installation.fold_case)
        whole = full == root or root.startswith(full + "/")
        found.update(path for path in paths if whole or path == inside or path.startswith(inside + "/"))
    return found


def _is_exotic(spec: str) -> bool:
    return spec.startswith(":") or any(c in "*?[\\" for c in spec)


def setting(case: Case, reach: Reach, held: Collection[str] = ()) -> Setting:
    """What the sentences need; own files are those that the command would take as well, `held` what others have."""
    own = peers.own_files(case.repository, case.agent, case.view)
    seen = asking.changes(case.repository.tree.root, own) if own else {}
    own = [path for path in own if path in seen and _fits(seen[path], reach)]
    if own and reach.paths and reach.kind in (git_reach.TAKES, git_reach.BUNDLES):
        meant = fitting(case, reach, own)
        own = [path for path in own if path in meant]
    prefix = case.repository.tree.root + "/"
    folder = system.realpath(case.call.folder)
    alone = tuple(_seen_from(folder, prefix + path, prefix) for path in own if path not in held)
    shared = tuple(_seen_from(folder, prefix + path, prefix) for path in own if path in held)
    return Setting(case.repository.installation.command, case.view.now, alone, shared)


def _fits(change: asking.Change, reach: Reach) -> bool:
    if change.ignored:
        return IGNORED in reach.among
    if change.untracked:
        return UNTRACKED in reach.among
    return TRACKED in reach.among or STAGED in reach.among


def _seen_from(folder: str, full: str, prefix: str) -> str:
    """The path as it is written in that folder; from the top of the tree where it lies elsewhere in it."""
    if full.startswith(folder + "/"):
        return full[len(folder) + 1 :]
    return ":/" + full.removeprefix(prefix) if (folder + "/").startswith(prefix) else full
