"""The commit gate: what may go into a commit. The same findings for the hooks of a commit and for a merge gate in CI.

A path is refused where it lies outside the stream's boundary, and, for an agent, where the commit would take another
agent's uncommitted bytes along. People are held to streams, never to locks. Nothing here reads clock, disk or git.
"""

from __future__ import annotations

from pucs import hotfiles, locks, messages
from pucs.model import DENY, GRANT, UNKNOWN, Agent, Finding, Target, Tree, Verdict
from pucs.policy import Policy, critical, outside, owners
from pucs.record import Record
from pucs.view import Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pucs.messages import Fault
    from pucs.view import View


class Staged(Record):
    """One path that a commit changes.

    `path` is the key its locks are kept under, `name` the key of the path as committed (another one only for hard
    links); `ids` are the fingerprints that the committed content is known to have, `content` what the tree holds.
    Of a file that several agents share also the `target`, with the texts its lines are told by, and the bytes `staged`.
    """

    path: str
    name: str
    ids: tuple[str, ...]
    content: str = UNKNOWN
    target: Target | None = None
    staged: bytes | None = None


class CommitRequest(Record):
    """A commit as the gate sees it: whose (None: a person's), for which stream, in which tree, what it changes."""

    agent: Agent | None
    stream: str | None
    tree: str
    paths: tuple[Staged, ...]


def judge(request: CommitRequest, policy: Policy, view: View) -> Verdict:
    """DENY with a finding for each path that may not go in, else GRANT; warnings are what the committer should know."""
    findings: list[Finding] = []
    warnings: list[Finding] = []
    names = [staged.name for staged in request.paths]
    if policy.guard.boundaries != "off":
        (findings if policy.guard.boundaries == "enforce" else warnings).extend(strays(names, request.stream, policy))
    for finding in bundled(request, view):
        remade = _remade(finding, policy) if request.agent is not None else finding
        (warnings if remade is not finding or request.agent is None else findings).append(remade)
    return Verdict(DENY if findings else GRANT, tuple(findings), tuple(warnings))


def _remade(finding: Finding, policy: Policy) -> Finding:
    """Instead of a finding on a file that is made anew after all commits, that it is."""
    if finding.lock is None or not hotfiles.lets_pass(policy, finding.path, finding.lock):
        return finding
    command = hotfiles.hot(policy, finding.path).command
    return Finding("rebuild", finding.path, owners=(finding.lock.agent,), note=command)


def strays(names: Iterable[str], stream: str | None, policy: Policy) -> Iterable[Finding]:
    """A finding for each path outside the boundary of the stream."""
    for name in names:
        owning = outside(policy, stream, name)
        if owning:
            yield Finding("stray", name, owners=owning)


def bundled(request: CommitRequest, view: View) -> Iterable[Finding]:
    """A finding for each path whose committed content may hold bytes of an agent the committer may not work inside."""
    me = request.agent.id if request.agent else ""
    for staged in request.paths:
        try:
            tree = view.path(staged.path).tree(request.tree)
        except Damaged as damage:
            yield Finding("damaged", staged.name, note=damage.key)
            continue
        for lock in locks.others(tree, me):
            lines = _carried(tree, staged, lock.agent)
            if lines is not None:
                if lines:
                    state = locks.state_of(lock, staged.content, view)
                    yield Finding(state, staged.name, lock=lock, tree=request.tree, note=lines)
            elif locks.dirty(lock, staged.content) and lock.base not in staged.ids:
                state = locks.state_of(lock, staged.content, view)
                yield Finding(state, staged.name, lock=lock, tree=request.tree)


def last_of_another(request: CommitRequest, view: View) -> Iterable[tuple[Staged, str]]:
    """The paths that another agent wrote last, in whatever tree, each with that agent: a commit may take it back.

    What is damaged is no matter of this question: `bundled` refuses it.
    """
    me = request.agent.id if request.agent else ""
    for staged in request.paths:
        try:
            record = view.path(staged.path)
        except Damaged:
            continue
        writers = [tree.writer for tree in record.trees.values() if tree.writer is not None]
        last = max(writers, key=lambda writer: writer.revision, default=None)
        if last is not None and not locks.family(last.agent, me):
            yield staged, last.agent


def _carried(tree: Tree, staged: Staged, agent: str) -> str | None:
    """Which of the agent's lines it takes along, in words; None where only the whole file can be judged."""
    if staged.target is None:
        return None
    from pucs import scopes  # noqa: PLC0415 - most files have one agent

    return scopes.carried(tree, staged.target, staged.staged, agent)


def to_review(names: Iterable[str], policy: Policy) -> Iterable[Finding]:
    """A finding for each path that asks for a second look before it lands: a critical file, or a critical stream's."""
    strict = {rule.name for rule in policy.streams if rule.critical}
    for name in names:
        rule = critical(policy, name)
        if rule is not None and (rule.requires_review or rule.test_required):
            yield Finding("review", name, note="tests" if rule.test_required else "")
            continue
        owning = tuple(owner for owner in owners(policy, name) if owner in strict) if strict else ()
        if owning:
            yield Finding("review", name, owners=owning)


class Made(Record):
    """A commit of a range; of a merge, `names` are the paths that differ from every parent."""

    id: str
    parents: tuple[str, ...]
    subject: str
    names: tuple[str, ...]


class Judged(Record):
    """What is wrong with one commit of a range: a path of it, or its subject; `binding` is false for a warning."""

    commit: str
    stream: str
    finding: Finding | None = None
    fault: Fault | None = None
    binding: bool = True


def judge_range(commits: Sequence[Made], stream: str | None, policy: Policy) -> Iterable[Judged]:
    """What is wrong with a range of commits, newest first, on a branch that serves the stream.

    The branch's own commits (its first-parent line) are the stream's. What merges brought in, and everything where no
    stream is given, belongs to the stream that its subject names.
    """
    own = _own_line(commits)
    for made in commits:
        parts = messages.parse(made.subject)
        bound = stream if stream and made.id in own else parts.stream if parts else None
        if bound:
            yield from _judge_made(made, bound, policy)


def _judge_made(made: Made, stream: str, policy: Policy) -> Iterable[Judged]:
    names = tuple(rule.name for rule in policy.streams)
    enforced = policy.guard.mode != "observe"
    if len(made.parents) < 2 and policy.commits.format != "off":  # noqa: PLR2004 - a merge is its own kind of subject
        terms = messages.Terms(stream if stream in names or not names else "", names, policy.commits.types)
        fault = messages.check(made.subject, terms)
        if fault is not None:
            yield Judged(made.id, stream, fault=fault, binding=enforced and policy.commits.format == "enforce")
    if policy.guard.boundaries != "off":
        for finding in strays(made.names, stream, policy):
            yield Judged(made.id, stream, finding, binding=enforced and policy.guard.boundaries == "enforce")


def _own_line(commits: Sequence[Made]) -> set[str]:
    """The ids from the newest commit down, at each merge by its first parent that is in the range.

    So the merge of a branch into its base, which a CI service makes to test it, leads to the branch.
    """
    known = {made.id: made for made in commits}
    line: set[str] = set()
    following = commits[0].id if commits else ""
    while following:
        line.add(following)
        parents = known[following].parents
        following = next((parent for parent in parents if parent in known), "")
    return line
