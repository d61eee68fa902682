"""The commit gate at work in git's hooks: look at the index, ask the rules, leave a note for the next hook."""

from __future__ import annotations

from pucs import commit_gate, system
from pucs.client.callers import calling_agent
from pucs.client.looking import copy_of
from pucs.client.opening import Repository, is_off, repository_of, stream_in
from pucs.client.subjects import Outcome
from pucs.commit_gate import CommitRequest, Staged
from pucs.errors import StoreError
from pucs.git import commits, locate
from pucs.messages import Terms
from pucs.model import DENY, Agent, Event
from pucs.paths import key_of
from pucs.record import Record
from pucs.state import commit_note, contents
from pucs.system.texts import identity
from pucs.view import Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pucs.model import Finding, Verdict
    from pucs.view import View


_NOTED = 500


class Commit(Record):
    """A commit under way: where, under which environment, and for which stream; by whom, if that was `asked`."""

    repository: Repository
    environ: Mapping[str, str]
    stream: str | None
    agent: Agent | None = None
    asked: bool = False

    @property
    def gitdir(self) -> str:
        """The committing tree's own git folder."""
        return self.repository.tree.gitdir

    @property
    def index_file(self) -> str:
        """The index that is being committed."""
        return system.join(self.repository.tree.root, commits.index_of(self.gitdir, self.environ))

    @property
    def observing(self) -> bool:
        """Whether nothing is refused, only logged."""
        return self.repository.policy.guard.mode == "observe"

    @property
    def edited(self) -> bool:
        """Whether somebody edits the message: git says `:` where nobody does."""
        return self.environ.get("GIT_EDITOR") != ":"


def under_way(environ: Mapping[str, str], cwd: str) -> Commit | None:
    """The commit whose hook runs here; None where PUCS does not guard, or is switched off."""
    tree = commits.committing_tree(environ, cwd)
    if tree is None:
        return None
    repository = repository_of(tree)
    if repository is None or is_off(repository.store.read()):
        commit_note.leave(tree.gitdir, {})
        return None
    stream = stream_in(repository, environ)
    if environ.get("PUCS_STREAM") or not repository.policy.streams:
        return Commit(repository, environ, stream)
    agent = calling_agent(repository, environ)
    return Commit(repository, environ, (agent.claim if agent is not None else "") or stream, agent, asked=True)


def committer(commit: Commit) -> Agent | None:
    """The agent that commits; None for a person."""
    if not commit.asked:
        return calling_agent(commit.repository, commit.environ)
    return None if commit.agent is None else commit.repository.store.read().agent(commit.agent.id) or commit.agent


def name_of(commit: Commit, agent: Agent | None) -> str:
    """How the committer is called in the log."""
    if agent is not None:
        return agent.id
    user = commit.environ.get("LOGNAME") or commit.environ.get("USER")
    return f"person-{user}" if user else "person"


def before(commit: Commit, *, merging: bool = False) -> Outcome:
    """The verdict on what is about to be committed; `merging` before a clean merge is."""
    commit_note.leave(commit.gitdir, {})
    commit_note.tidy(commit.gitdir)
    if commits.has_moved_on(commit.repository.tree, commit.environ):
        from pucs.commit_wording import OVERTAKEN  # noqa: PLC0415 - hardly ever

        return Outcome(True, OVERTAKEN)
    agent = committer(commit)
    halted = _halted(commit, agent) if agent is not None and agent.orders else Outcome()
    return halted if halted.refused else _judged(commit, agent, merging=merging)


def _judged(commit: Commit, agent: Agent | None, *, merging: bool) -> Outcome:
    repository = commit.repository
    checked = identity(commit.index_file)
    operation = commits.clean_merge(commit.environ) if merging else commits.operation(repository.tree)
    if merging and not operation.parents:
        return Outcome()
    names = commits.own_changes(repository.tree, operation)
    view, request, verdict = _first_judged(commit, agent, names)
    if _have_landed(commit, verdict.findings):
        view, request, verdict = _first_judged(commit, agent, names)
    if agent is not None and operation == commits.Operation():
        from pucs.client.stale_index import stale  # noqa: PLC0415 - what people commit needs none of it

        named = {finding.path for finding in verdict.findings}
        found = [finding for finding in stale(commit, request, names, view) if finding.path not in named]
        if found:
            verdict = verdict._replace(decision=DENY, findings=(*verdict.findings, *found))
    outcome = Outcome()
    if verdict.findings or verdict.warnings:
        from pucs import commit_wording as words  # noqa: PLC0415 - most commits pass in silence

        setting = words.Setting(repository.installation.command, view.now, commit.stream, bool(operation.parents))
        outcome = Outcome(False, words.warning(verdict.warnings, setting))
        if verdict.decision == DENY:
            log_refusals(commit, [_details(finding) for finding in verdict.findings], agent)
            if not commit.observing:
                overtaken = commits.is_overtaken(repository.tree, commit.environ)
                return Outcome(True, words.OVERTAKEN if overtaken else words.refusal(verdict.findings, setting))
    note: dict[str, Any] = {"checked": checked, "terms": terms_of(commit)}
    if operation == commits.Operation() and len(names) <= _NOTED:
        note["changes"] = names
    word = commit_note.BOUND if operation.parents or Terms(**note["terms"]).bind else commit_note.FREE
    commit_note.leave(commit.gitdir, note, word)
    if identity(commit.index_file) != checked:
        # Somebody staged meanwhile, and the note is newer than that: without it the message hooks judge again.
        commit_note.leave(commit.gitdir, {})
    return outcome


def _first_judged(commit: Commit, agent: Agent | None, names: Mapping[str, str]) -> tuple[View, CommitRequest, Verdict]:
    repository = commit.repository
    view = repository.store.read()
    paths = tuple(_staged(commit, name, content, view) for name, content in names.items())
    request = CommitRequest(agent, commit.stream, repository.tree.id, paths)
    verdict = commit_gate.judge(request, repository.policy, view)
    if any(finding.lock for finding in verdict.findings):
        request = _with_bases(commit, request, tuple(names), view)
        verdict = commit_gate.judge(request, repository.policy, view)
    return view, request, verdict


def _have_landed(commit: Commit, findings: Iterable[Finding]) -> bool:
    """Whether git was asked of the holders' bytes, HEAD having moved since they wrote: no hook may have seen it."""
    head = locate.head_of(commit.repository.tree)
    found = [one for one in findings if one.lock is not None and one.lock.head != head and not one.lock.calls]
    if not found:
        return False
    from pucs.client.landing import compare  # noqa: PLC0415 - most commits take nothing of others along

    try:
        for finding in found:
            compare(commit.repository, finding, head)
    except StoreError:
        return False
    return True


def _halted(commit: Commit, agent: Agent) -> Outcome:
    """What an agent with an order to pause or to end is told about its commit."""
    from pucs.client import halting  # noqa: PLC0415 - hardly anybody has one

    finding = halting.finding_for(agent, commit.repository.store.read())
    if finding is None:
        return Outcome()
    log_refusals(commit, [_details(finding)], agent)
    if commit.observing:
        return Outcome()
    from pucs import commit_wording as words  # noqa: PLC0415

    return Outcome(True, words.halted(finding, commit.repository.installation.command))


def was_checked(commit: Commit) -> bool:
    """Whether `before` passed exactly this index in this commit; --no-verify and sequencers do without it."""
    checked = commit_note.found(commit.gitdir).get("checked")
    return bool(checked) and checked == identity(commit.index_file)


def terms_of(commit: Commit) -> dict[str, Any]:
    """What the message has to be, as a note carries it to the hook that reads the message."""
    policy = commit.repository.policy
    streams = tuple(rule.name for rule in policy.streams)
    rules = policy.commits
    return Terms(commit.stream or "", streams, rules.types, rules.format, commit.observing)._asdict()


def log_refusals(commit: Commit, details: Iterable[dict[str, Any]], agent: Agent | None) -> None:
    """Logs what was refused, or would have been while PUCS only observes."""
    action = "would_refuse" if commit.observing else "refused"
    by = name_of(commit, agent)
    commit.repository.store.append([Event(by, commit.stream, action, one) for one in details])


def lock_key(repository: Repository, name: str, view: View) -> str:
    """The key that locks on a committed path are kept under: of a hard link, the one that was locked."""
    key = key_of(name, fold_case=repository.installation.fold_case)
    try:
        linked = system.stat(f"{repository.tree.root}/{name}").st_nlink > 1
    except (OSError, ValueError):
        return key
    if not linked:
        return key
    from pucs.client.looking import see  # noqa: PLC0415 - hard links are rare

    return see(repository, name, view).target.path


def _staged(commit: Commit, name: str, content: str, view: View) -> Staged:
    """The path as the gate asks about it; the disk is looked at only where somebody holds a lock."""
    repository = commit.repository
    path = lock_key(repository, name, view)
    staged = Staged(path, key_of(name, fold_case=repository.installation.fold_case), (content,))
    try:
        tree = view.path(path).tree(repository.tree.id)
    except Damaged:
        return staged
    if tree.weave is not None:
        from pucs.client.looking import see_key  # noqa: PLC0415 - most files have one agent

        target = see_key(repository, path, view).target
        data = commits.staged_text(repository.tree, name, content)
        return staged._replace(content=target.content, target=target, staged=data)
    return staged._replace(content=contents.look(f"{repository.tree.root}/{name}")[0]) if tree.locks else staged


def _with_bases(commit: Commit, request: CommitRequest, names: tuple[str, ...], view: View) -> CommitRequest:
    """The request once it is known which staged contents are a lock's base in the form of filters or SHA-256."""
    repository = commit.repository
    paths = []
    for staged, name in zip(request.paths, names, strict=True):
        ids = list(staged.ids)
        for finding in commit_gate.bundled(request._replace(paths=(staged,)), view):
            base = finding.lock.base if finding.lock else ""
            kept = f"{repository.store.root}/spool/{base}"
            is_there = bool(base) and copy_of(repository, base) is not None and system.exists(kept)
            if is_there and commits.blob_of(repository.tree, name, kept) in ids:
                ids.append(base)
        paths.append(staged._replace(ids=tuple(ids)))
    return request._replace(paths=tuple(paths))


def _details(finding: Finding) -> dict[str, Any]:
    holder = {"holder": finding.lock.agent} if finding.lock is not None else {}
    return {"file": finding.path, "rule": finding.rule, **holder}
