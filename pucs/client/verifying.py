"""The merge gate without any state: a range of commits, or a branch's changes, judged by the rules of their base."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pucs import commit_gate
from pucs.commit_gate import Judged, Made
from pucs.config import compile_settings, parse
from pucs.errors import UsageError
from pucs.git import history
from pucs.policy import Policy, decode, stream_of_branch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pucs.model import Finding

CONFIG = "pucs_config.yaml"
_BRANCH_VARIABLES = ("GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")


class Report(NamedTuple):
    """What was judged: from where to where, for which stream, how much, and what was found.

    `has_rules` is false where the base has no configuration; `binds` where a path outside the boundary is refused.
    """

    base: str
    head: str
    stream: str | None
    has_rules: bool
    binds: bool
    commits: tuple[Made, ...] = ()
    names: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()
    strays: tuple[Finding, ...] = ()
    reviews: tuple[Finding, ...] = ()


def verify(text: str, branch: str, environ: Mapping[str, str]) -> Report:
    """Judges every commit of a range (`A..B`, `A...B`; a side left out is HEAD). Raises UsageError for no range."""
    base, head, rules_from = _sides(text)
    policy, has_rules = _policy(rules_from)
    stream = _stream(policy, branch, environ, head)
    commits = tuple(Made(*one) for one in history.log(base, head))
    judged = tuple(commit_gate.judge_range(commits, stream, policy))
    names = tuple(dict.fromkeys(name for made in commits for name in made.names))
    reviews = tuple(commit_gate.to_review(names, policy))
    return Report(rules_from, head, stream, has_rules, _binds(policy), commits, names, judged, (), reviews)


def boundary(stream: str, base: str, environ: Mapping[str, str]) -> Report:
    """Judges what HEAD changed since it left its base. Raises UsageError for a stream or base that is not there."""
    head = history.commit_id("HEAD")
    start = history.merge_base(history.commit_id(base or history.trunk()), head)
    policy, has_rules = _policy(start)
    known = [rule.name for rule in policy.streams]
    if stream and stream not in known:
        choices = f"there are: {', '.join(known)}" if known else f"{CONFIG} at {start[:12]} has none"
        raise UsageError(f"there is no stream {stream}", choices)
    chosen = stream or environ.get("PUCS_STREAM") or _stream(policy, "", environ, head)
    names = history.changed(start, head)
    strays = tuple(commit_gate.strays(names, chosen, policy)) if policy.guard.boundaries != "off" else ()
    return Report(
        start,
        head,
        chosen,
        has_rules,
        _binds(policy),
        (),
        names,
        (),
        strays,
        tuple(commit_gate.to_review(names, policy)),
    )


def _binds(policy: Policy) -> bool:
    return policy.guard.boundaries == "enforce" and policy.guard.mode != "observe"


def _sides(text: str) -> tuple[str, str, str]:
    """The commits to leave out and to judge, and the one whose rules hold."""
    one, dots, other = text.partition("...")
    if not dots:
        one, dots, other = text.partition("..")
    if not dots or ".." in other or text.startswith("-"):
        raise UsageError(f"{text!r} is no range", "give one like origin/main...HEAD")
    base, head = history.commit_id(one or "HEAD"), history.commit_id(other or "HEAD")
    return base, head, history.merge_base(base, head) if dots == "..." else base


def _policy(commit: str) -> tuple[Policy, bool]:
    """The rules that hold at a commit, and whether it has any."""
    data = history.file_at(commit, CONFIG)
    if data is None:
        return Policy(), False
    settings = parse(data.decode("utf-8", "replace"), f"{CONFIG} at {commit[:12]}")
    return decode(compile_settings(settings)), True


def _stream(policy: Policy, branch: str, environ: Mapping[str, str], head: str) -> str | None:
    """The stream of the branch: the one named, else the one a CI service names, else the one checked out at `head`."""
    named = (environ.get(name) for name in _BRANCH_VARIABLES)
    chosen = branch or next((name for name in named if name), "") or history.branch_at(head)
    for prefix in ("refs/heads/", "refs/remotes/origin/", "origin/"):
        chosen = chosen.removeprefix(prefix)
    return stream_of_branch(policy, chosen)
