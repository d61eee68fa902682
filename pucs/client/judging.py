"""Git commands before they run: what of others' they reach, and the words of a denial."""

from __future__ import annotations

from pucs import agents, git_reach, git_verbs, git_wording, locks, system
from pucs.client import peers
from pucs.client.edits import Caller, identity_of
from pucs.client.git_places import repository_for
from pucs.client.opening import Repository, is_off, repository_of
from pucs.git import asking, locate
from pucs.git_reach import ALL, IGNORED, STAGED, TRACKED, UNTRACKED, Facts, Reach
from pucs.git_wording import Setting
from pucs.model import Agent, Event
from pucs.paths import key_of
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.client.peers import Stake
    from pucs.commands import GitCall
    from pucs.git.asking import Asking
    from pucs.view import View


class Judged(Record):
    """What was found about one git command: the words of a denial ("": none), and the files that a patch writes."""

    denial: str = ""
    writes: tuple[str, ...] = ()


class _Case(Record):
    """One git command in the light of the repository and the state."""

    call: GitCall
    repository: Repository
    asking: Asking
    view: View
    agent: Agent | None
    stream: str | None

    @property
    def name(self) -> str:
        return self.agent.id if self.agent is not None else ""


def judge(call: GitCall, caller: Caller) -> Judged:
    """What this git command, aliases resolved, would take from others."""
    if not git_verbs.is_judged(call.verb):
        return Judged()
    repository = repository_for(call)
    if repository is None:
        return Judged()
    view = repository.store.read()
    if is_off(view):
        return Judged()
    asked = asking.Asking(repository.tree.root, system.realpath(call.folder), call.settings)
    identity = identity_of(caller, repository)
    case = _Case(call, repository, asked, view, agents.known(identity, view), identity.stream)
    writes: tuple[str, ...] = ()
    for reach in git_verbs.reaches(call, Facts(asked.is_revision, asked.setting)):
        if reach.kind == git_reach.PATCHES:
            writes += tuple(f"{repository.tree.root}/{path}" for path in asked.patched(reach.paths))
            continue
        said = _KINDS[reach.kind](case, reach)
        if said and not _observed(case, reach):
            return Judged(said)
    return Judged(writes=writes)


def _takes(case: _Case, reach: Reach) -> str:
    held = _in_reach(case, reach)
    if not held:
        return ""
    commits = reach.kind == git_reach.BUNDLES
    does = "would commit others' unfinished work" if commits else "would take others' uncommitted work"
    found = [(one.path, one.lock) for one in held]
    return git_wording.files(reach.words, does, found, reach.safe, _setting(case, reach))


def _in_reach(case: _Case, reach: Reach) -> list[Stake]:
    """The files with others' bytes that the command takes."""
    held = [one for one in peers.stakes(case.repository, case.name, case.view) if one.has_bytes]
    if not held:
        return []
    root = case.repository.tree.root
    seen = asking.changes(root, [one.path for one in held])
    beside = case.asking.holds(reach.source, [one.path for one in held]) if reach.beside and reach.source else set()
    taken = [one for one in held if _is_among(one, reach, seen, beside)]
    if reach.kept:
        taken = [one for one in taken if "/" not in one.path or asking.has_tracked(root, one.path.rpartition("/")[0])]
    if not taken or not reach.paths:
        return taken
    meant = _fitting(case, reach, [one.path for one in taken])
    return [one for one in taken if one.path in meant]


def _is_among(stake: Stake, reach: Reach, seen: dict[str, asking.Change], beside: set[str]) -> bool:
    change = seen.get(stake.path)
    if change is None:
        # Clean as git sees it: landed past our hooks. But where names are folded git may call it otherwise.
        return TRACKED in reach.among and not stake.path.isascii()
    if change.ignored:
        return IGNORED in reach.among or stake.path in beside
    if change.untracked:
        return UNTRACKED in reach.among or stake.path in beside
    return TRACKED in reach.among or (STAGED in reach.among and change.staged != " ")


def _fitting(case: _Case, reach: Reach, paths: list[str]) -> set[str]:
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


def _moves(case: _Case, reach: Reach) -> str:
    branch = locate.branch_of(case.repository.tree)
    if reach.source and reach.source in (branch, f"refs/heads/{branch}", "HEAD", "@"):
        return ""
    for one in peers.stakes(case.repository, case.name, case.view):
        if one.state == locks.HELD and one.lock is not None:
            safe = reach.safe.replace("{source}", reach.source or "BRANCH")
            return git_wording.moved(reach.words, one.lock, one.path, safe, _setting(case, reach))
    return ""


def _pops(case: _Case, reach: Reach) -> str:
    entries = asking.stash(case.repository.tree)
    numbers = range(len(entries)) if reach.source == ALL else [int(reach.source)] if reach.source.isdigit() else []
    for number in numbers:
        owner = _stash_owner(entries[number], case) if number < len(entries) else None
        if owner is None or locks.family(owner.id, case.name):
            continue
        if reach.kept and owner.id not in {one.id for one in peers.others_at_work(case.name, case.view)}:
            continue  # a copy of what an agent left who is gone
        own = [place for place, one in enumerate(entries) if _is_own(_stash_owner(one, case), case)]
        step = "You have no entry there; `git stash list` shows them."
        if own:
            step = f"Your own entry: `{reach.safe.replace(git_reach.OWN, f'stash@{{{own[0]}}}')}`."
        return git_wording.popped(reach.words, owner.id, f"stash@{{{number}}}", step)
    return ""


def _stash_owner(entry: str, case: _Case) -> Agent | None:
    name = case.view.name("stash/" + entry)
    return None if name is None else case.view.agent(name.value) or Agent(name.value)


def _is_own(owner: Agent | None, case: _Case) -> bool:
    return owner is not None and locks.family(owner.id, case.name)


def _refs(case: _Case, reach: Reach) -> str:
    at_work = {one.id for one in peers.others_at_work(case.name, case.view)}
    if not at_work:
        return ""
    current = locate.branch_of(case.repository.tree)
    names = [current if name in ("HEAD", "@") else name for name in reach.paths or ("HEAD",)]
    here = case.repository.tree.root
    for branch, root in asking.checked_out(case.repository.tree.common):
        tree = locate.tree_at(root)
        if (branch in names or ALL in names) and root != here and tree is not None:
            for other in peers.working_in(tree, case.name, case.view):
                return git_wording.referred(
                    reach.words, branch, other.id, "works on it in another worktree", reach.safe
                )
    for branch in case.view.names("branch") if ALL in names else names:
        last = case.view.name("branch/" + branch)
        if last is not None and last.value in at_work:
            return git_wording.referred(reach.words, branch, last.value, "committed to it last", reach.safe)
    return ""


def _objects(case: _Case, reach: Reach) -> str:
    others = peers.others_at_work(case.name, case.view)
    return git_wording.forgotten(reach.words, [one.id for one in others], reach.safe) if others else ""


def _trees(case: _Case, reach: Reach) -> str:
    for path in reach.paths:
        tree = _named_tree(case, path)
        repository = repository_of(tree) if tree is not None else None
        if tree is None or repository is None:
            continue
        view = repository.store.read()
        found = [one.lock.agent if one.lock else "somebody" for one in peers.stakes(repository, case.name, view)]
        found += [one.id for one in peers.working_in(tree, case.name, view)]
        if found:
            return git_wording.removed(reach.words, path, [*dict.fromkeys(found)], reach.safe)
    return ""


def _named_tree(case: _Case, name: str) -> locate.Tree | None:
    """The working tree at a path, or the one that git calls so for short."""
    folder = system.realpath(system.join(case.call.folder, name))
    tree = locate.tree_at(folder)
    if tree is not None:
        return tree
    for _, root in asking.checked_out(case.repository.tree.common):
        if root.endswith("/" + name):
            return locate.tree_at(root)
    return None


def _setting(case: _Case, reach: Reach) -> Setting:
    """What the sentences need; own files are those that the command would take as well."""
    own = peers.own_files(case.repository, case.agent, case.view)
    seen = asking.changes(case.repository.tree.root, own) if own else {}
    own = [path for path in own if path in seen and _fits(seen[path], reach)]
    if own and reach.paths and reach.kind in (git_reach.TAKES, git_reach.BUNDLES):
        meant = _fitting(case, reach, own)
        own = [path for path in own if path in meant]
    prefix = case.repository.tree.root + "/"
    folder = system.realpath(case.call.folder)
    shown = tuple(_seen_from(folder, prefix + path, prefix) for path in own)
    return Setting(case.repository.installation.command, case.view.now, shown)


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


def _observed(case: _Case, reach: Reach) -> bool:
    """Logs the denial; true where PUCS only observes, so that it is none."""
    observing = case.repository.policy.guard.mode == "observe"
    details = {"rule": reach.kind, "command": reach.words, "tool": "git"}
    event = Event(case.name or "unknown", case.stream, "would_deny" if observing else "denied", details)
    case.repository.store.append([event])
    return observing


_KINDS: dict[str, Callable[[_Case, Reach], str]] = {
    git_reach.TAKES: _takes,
    git_reach.BUNDLES: _takes,
    git_reach.MOVES: _moves,
    git_reach.POPS: _pops,
    git_reach.REFS: _refs,
    git_reach.PUSHES: _refs,
    git_reach.OBJECTS: _objects,
    git_reach.TREES: _trees,
}
