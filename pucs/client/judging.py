"""Git commands before they run: what of others' they reach, and the words of a denial."""

from __future__ import annotations

from pucs import agents, git_reach, git_verbs, git_wording, hotfiles, locks, system
from pucs.client import peers
from pucs.client.edits import Caller, identity_of
from pucs.client.git_cases import Case, fitting, setting
from pucs.client.git_places import repository_for
from pucs.client.opening import is_off, repository_of
from pucs.client.protection import own_files
from pucs.errors import StoreError
from pucs.git import asking, locate
from pucs.git_reach import ALL, IGNORED, OVERLAID, STAGED, TRACKED, UNTRACKED, Facts, Reach
from pucs.git_wording import Denial
from pucs.model import Agent, Event, Name
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.client.peers import Stake
    from pucs.commands import GitCall
    from pucs.view import View

_LATELY = 600.0


class Judged(Record):
    """What was found about one git command: the words of a denial ("": none), and the files that a patch writes."""

    denial: str = ""
    writes: tuple[str, ...] = ()


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
    agent = agents.known(identity, view)
    case = Case(call, repository, asked, view, agent, agents.stream_of(identity, agent))
    writes: tuple[str, ...] = ()
    for reach in git_verbs.reaches(call, Facts(asked.is_revision, asked.setting)):
        if reach.kind == git_reach.PATCHES:
            writes += tuple(f"{repository.tree.root}/{path}" for path in asked.patched(reach.paths))
            continue
        meant = reach._replace(safe=reach.safe.replace("{source}", reach.source).rstrip())
        denial = _KINDS[reach.kind](case, meant)
        if denial is not None:
            again = _noted(case, reach, denial)
            if repository.policy.guard.mode != "observe":
                return Judged(git_wording.text(denial, again=again))
    return Judged(writes=writes)


def _takes(case: Case, reach: Reach) -> Denial | None:
    ours = _ours_in_reach(case, reach)
    if ours:
        return git_wording.needed(reach.words, ours)
    commits = reach.kind == git_reach.BUNDLES
    held = [one for one in _in_reach(case, reach) if not (commits and _is_remade(case, one))]
    if not held:
        return None
    does = "would commit others' unfinished work" if commits else "would take others' uncommitted work"
    found = [(one.path, one.lock) for one in held]
    around = setting(case, reach, {one.path for one in held})
    return git_wording.files(reach.words, does, found, reach.safe, around)


def _is_remade(case: Case, stake: Stake) -> bool:
    """Whether the commit may take the file along, as it is made anew after all commits."""
    return stake.lock is not None and hotfiles.lets_pass(case.repository.policy, stake.path, stake.lock)


def _in_reach(case: Case, reach: Reach) -> list[Stake]:
    """The files with others' bytes that the command takes."""
    held = [one for one in peers.stakes(case.repository, case.name, case.view) if one.has_bytes]
    if not held:
        return []
    root = case.repository.tree.root
    seen = asking.changes(root, [one.path for one in held])
    over = (reach.beside or OVERLAID in reach.among) and reach.source
    beside = case.asking.holds(reach.source, [one.path for one in held]) if over else set()
    taken = [one for one in held if _is_among(one, reach, seen, beside)]
    if reach.kept:
        taken = [one for one in taken if "/" not in one.path or asking.has_tracked(root, one.path.rpartition("/")[0])]
    if not taken or not reach.paths:
        return taken
    meant = fitting(case, reach, [one.path for one in taken])
    return [one for one in taken if one.path in meant]


def _ours_in_reach(case: Case, reach: Reach) -> list[str]:
    """The files of PUCS that the command would take away: what git does not track is nowhere else."""
    if reach.kind != git_reach.TAKES or {UNTRACKED, IGNORED}.isdisjoint(reach.among):
        return []
    names = own_files(case.repository)
    seen = asking.changes(case.repository.tree.root, names) if names else {}
    loose = [name for name in names if name in seen and (seen[name].untracked or seen[name].ignored)]
    taken = [name for name in loose if _is_among(peers.Stake(name, None), reach, seen, set())]
    return [name for name in taken if not reach.paths or name in fitting(case, reach, taken)]


def _is_among(stake: Stake, reach: Reach, seen: dict[str, asking.Change], beside: set[str]) -> bool:
    change = seen.get(stake.path)
    if change is None:
        # Clean as git sees it: landed past our hooks. But where names are folded git may call it otherwise.
        return TRACKED in reach.among and not stake.path.isascii()
    if change.ignored:
        return IGNORED in reach.among or stake.path in beside
    if change.untracked:
        return UNTRACKED in reach.among or (reach.beside and stake.path in beside)
    return TRACKED in reach.among or (STAGED in reach.among and change.staged != " ")


def _moves(case: Case, reach: Reach) -> Denial | None:
    branch = locate.branch_of(case.repository.tree)
    if reach.source and reach.source in (branch, f"refs/heads/{branch}", "HEAD", "@"):
        return None
    for one in peers.stakes(case.repository, case.name, case.view):
        if one.state == locks.HELD and one.lock is not None:
            return git_wording.moved(reach.words, one.lock, one.path, reach.safe, setting(case, reach))
    return None


def _pops(case: Case, reach: Reach) -> Denial | None:
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
    return None


def _stash_owner(entry: str, case: Case) -> Agent | None:
    name = case.view.name("stash/" + entry)
    return None if name is None else case.view.agent(name.value) or Agent(name.value)


def _is_own(owner: Agent | None, case: Case) -> bool:
    return owner is not None and locks.family(owner.id, case.name)


def _refs(case: Case, reach: Reach) -> Denial | None:
    at_work = {one.id for one in peers.others_at_work(case.name, case.view)}
    if not at_work:
        return None
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
    return None


def _drops(case: Case, reach: Reach) -> Denial | None:
    branch, head = locate.branch_of(case.repository.tree), locate.head_of(case.repository.tree)
    last = case.view.name("branch/" + branch) if branch else None
    if last is None or last.extra.get("commit") != head:
        return None
    if last.value not in {one.id for one in peers.others_at_work(case.name, case.view)}:
        return None
    if reach.source and case.asking.contains(reach.source, head):
        return None
    return git_wording.referred(reach.words, branch, last.value, "made its last commit", reach.safe)


def _hooks(case: Case, reach: Reach) -> Denial | None:  # noqa: ARG001 - every kind is asked alike
    return git_wording.unhooked(reach.words, reach.safe)


def _objects(case: Case, reach: Reach) -> Denial | None:
    others = peers.others_at_work(case.name, case.view)
    return git_wording.forgotten(reach.words, [one.id for one in others], reach.safe) if others else None


def _trees(case: Case, reach: Reach) -> Denial | None:
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
    return None


def _named_tree(case: Case, name: str) -> locate.Tree | None:
    """The working tree at a path, or the one that git calls so for short."""
    folder = system.realpath(system.join(case.call.folder, name))
    tree = locate.tree_at(folder)
    if tree is not None:
        return tree
    for _, root in asking.checked_out(case.repository.tree.common):
        if root.endswith("/" + name):
            return locate.tree_at(root)
    return None


def _noted(case: Case, reach: Reach, denial: Denial) -> bool:
    """Logs the denial, and says whether the agent was told the same lately."""
    observing = case.repository.policy.guard.mode == "observe"
    details = {"rule": reach.kind, "command": reach.words, "tool": "git"}
    event = Event(case.name or "unknown", case.stream, "would_deny" if observing else "denied", details)
    key, said = "denied/" + case.name, f"{denial.words} {denial.who}"

    def rule(view: View) -> Change:
        last = view.name(key) if case.name else None
        again = last is not None and last.value == said and view.now - last.at < _LATELY
        return Change(again, {key: Name(said, at=view.now)} if case.name else {}, (event,))

    try:
        return bool(case.repository.store.transact(rule))
    except StoreError:
        return False  # it is denied all the same


_KINDS: dict[str, Callable[[Case, Reach], Denial | None]] = {
    git_reach.TAKES: _takes,
    git_reach.BUNDLES: _takes,
    git_reach.MOVES: _moves,
    git_reach.POPS: _pops,
    git_reach.REFS: _refs,
    git_reach.DROPS: _drops,
    git_reach.HOOKS: _hooks,
    git_reach.PUSHES: _refs,
    git_reach.OBJECTS: _objects,
    git_reach.TREES: _trees,
}
