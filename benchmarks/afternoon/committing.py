"""Commits of the play, as agents make them through their Bash tool and people in a terminal, and what each held."""

from __future__ import annotations

import re
import subprocess
import time
from itertools import count
from typing import TYPE_CHECKING

from benchmarks.afternoon import judge
from benchmarks.afternoon.journal import Place, Span
from benchmarks.afternoon.tally import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.afternoon.agent import Agent
    from benchmarks.afternoon.world import World
    from tests.support import Reply, Repo

_numbers = count(1)
_MADE = re.compile(r"^\[\S+ (?:\([^)]*\) )?([0-9a-f]+)\]", re.MULTILINE)

STAGED = 'git add -- "$@" && git commit -m "$MESSAGE"'
ONLY = 'git add -- "$@" && git commit -m "$MESSAGE" -- "$@"'
SWEEPING = 'git commit -am "$MESSAGE"'
_LIST = "GIT_OPTIONAL_LOCKS=0 git diff --name-only --no-renames"
_WOULD_CONTAIN = {
    STAGED: f"{_LIST} --cached HEAD",
    ONLY: f'{_LIST} HEAD -- "$@"',
    SWEEPING: f"{_LIST} HEAD",
}
_NOTHING = ("nothing to commit", "no changes added", "nothing added to commit")
_BUSY = ("index.lock", "cannot lock ref", "unable to lock", "Another git process")


def commit(agent: Agent) -> Iterator[None]:
    """The agent commits what it changed: as agents do first, then as the refusal says."""
    style = agent.dice.choices([STAGED, ONLY, SWEEPING], [5, 3, 2])[0]
    for _ in range(4):
        paths = [path for path in sorted(agent.mine) if _known(agent, path)]
        agent.mine &= set(paths)
        if not paths:
            return
        answer = _try(agent, style, paths)
        yield
        if answer == "refused" and style == ONLY:
            # Somebody else's bytes are in one of these files: commit the others, come back to it later.
            clean = [path for path in paths if not _foreign(agent, path)]
            if clean and clean != paths:
                _try(agent, ONLY, clean)
                yield
            return
        if answer == "refused":
            style = ONLY
        elif answer != "busy":
            return


def undo(agent: Agent) -> Iterator[None]:
    """The agent takes back its own uncommitted change to one path, where no other bytes are."""
    world = agent.world
    # Nobody writes between the look and the deed: a shell command that takes what it did not see is not this play's.
    with world.journal.mutex:
        own = [path for path in sorted(agent.mine) if world.journal.only(agent.name, Place(agent.tree, path))]
        if not own:
            return
        path = agent.dice.choice(own)
        begun = time.monotonic()
        committed = _content(agent.repo, "HEAD", path) is not None
        command = ["git", "checkout", "-q", "HEAD", "--", path] if committed else ["rm", "-f", path]
        claim, pending = world.journal.abandons(agent.name, Place(agent.tree, path))
        done = agent.hands.shell(command)
        if done.status == 0:
            world.journal.undone(claim, Place(agent.tree, path), Span(begun, agent.hands.ended))
            agent.mine.discard(path)
            agent.views.pop(path, None)
            world.tally.count("undone changes")
        else:
            world.journal.kept(claim, Place(agent.tree, path), pending)
    yield


def branch(agent: Agent) -> Iterator[None]:
    """An agent that is alone in its worktree begins a branch of its own, or merges it back."""
    now = agent.repo.git("branch", "--show-current")
    if now.startswith("topic"):
        agent.hands.shell(["sh", "-c", f"git switch -q lone && git merge -q --ff-only {now} || git switch -q {now}"])
    else:
        agent.hands.shell(["git", "switch", "-q", "-c", f"topic-{next(_numbers)}"])
    agent.world.tally.count("branch switches")
    yield


def catch_up(world: World, owner: str, early: float) -> None:
    """A commit that ended after its client was killed landed all the same, whoever took the place over meanwhile."""
    for place in world.journal.touched(owner):
        repo = world.repos[place.tree]
        world.journal.landed(place.tree, Span(early, time.monotonic()))
        content = _content(repo, "HEAD", place.path) or ""
        world.journal.committed(owner, place, (content, content), Span(early, time.monotonic()))


def recorded(world: World, tree: str, revision: str, owner: str | None, span: Span) -> list[str]:
    """Tells the journal what that commit contained; gives its paths."""
    world.journal.landed(tree, span)
    repo = world.repos[tree]
    names = _git(repo, "diff-tree", "-r", "--name-only", "-z", "--no-renames", f"{revision}^1", revision)
    paths = [name for name in names.split("\0") if name]
    for path in paths:
        before, after = _content(repo, f"{revision}^1", path), _content(repo, revision, path)
        world.journal.committed(owner, Place(tree, path), (before or "", after or ""), span)
        world.tally.tell(owner or "person", f"committed {path} in {tree}")
    return paths


def found(done: Reply) -> str:
    """The commit that `git commit` says it made.

    Its subject would not do: two commits at once in one tree share COMMIT_EDITMSG, and git may give one the message
    of the other.
    """
    said = _MADE.search(done.stdout)
    if said is None:
        raise AssertionError(f"a commit without a trace: {done}")
    return said.group(1)


def verdict_of(done: Reply) -> str:
    """What became of a commit: done, refused (by PUCS), busy, nothing, or failed."""
    text = done.stdout + done.stderr
    if done.status == 0:
        return "done"
    if any(words in text for words in _BUSY):
        return "busy"
    if "PUCS" in text:
        return "refused"
    if any(words in text for words in _NOTHING):
        return "nothing"
    return "failed"


def candidates(repo: Repo, style: str, paths: list[str]) -> list[str]:
    """What a refused commit of that style would have contained."""
    names = _git(repo, "diff", "--cached", "--name-only", "-z", "--no-renames", "HEAD") if style != ONLY else ""
    if style != STAGED:
        names += "\0" + _git(repo, "diff", "--name-only", "-z", "HEAD", "--", *(paths if style == ONLY else ()))
    return [name for name in names.split("\0") if name]


def _script(style: str, message: str) -> str:
    """The commit, with a list of what it would contain: before it, as nobody knows what another does meanwhile."""
    listing = _WOULD_CONTAIN[style]
    if style == STAGED:
        add, commit = style.split(" && ")
        return f"MESSAGE='{message}'; {add} && {{ {listing}; {commit}; }}"
    return f"MESSAGE='{message}'; {listing}; {style}"


def _try(agent: Agent, style: str, paths: list[str]) -> str:
    world = agent.world
    tag = f"step-{next(_numbers)}-of-{agent.name.replace('/', '-')}."
    begun = time.monotonic()
    script = _script(style, f"feat: Take {tag}")
    done = agent.hands.shell(["sh", "-c", script, "sh", *(paths if style != SWEEPING else ())])
    span = Span(begun, agent.hands.ended)
    answer = verdict_of(done)
    if style != SWEEPING:
        # Staged they stay where the commit was refused; who comes next is told so.
        agent.world.journal.staging(agent.tree, paths, Span(begun, span.late if answer == "done" else span.late + 5))
    if answer == "done":
        committed = recorded(world, agent.tree, found(done), agent.name, span)
        if tag not in _git(agent.repo, "log", "-1", "--format=%s", found(done)):
            world.tally.count("messages that git swapped between two commits at once")
        agent.mine -= set(committed)
        world.tally.count("agents' commits")
    elif answer == "nothing":
        agent.mine -= set(paths)
    elif answer == "refused":
        wanted = sorted({*done.stdout.splitlines(), *candidates(agent.repo, style, paths)})
        case = judge.Case(agent.name, agent.stream, Place(agent.tree, ""), span, whole=False, view=None)
        world.tally.refused.append(
            Refused(case, wanted, style == STAGED, f"commit {style!r} of {agent.name} with {wanted}: {done.stderr}")
        )
    elif answer == "failed":
        world.tally.broken.append(f"commit {style!r} of {agent.name}: {done}")
    return answer


def _foreign(agent: Agent, path: str) -> bool:
    return not agent.world.journal.only(agent.name, Place(agent.tree, path))


def _known(agent: Agent, path: str) -> bool:
    return (agent.repo.root / path).exists() or _content(agent.repo, "HEAD", path) is not None


def _content(repo: Repo, revision: str, path: str) -> str | None:
    """What that revision holds there, to the last byte; None where it has no such file."""
    done = subprocess.run(
        ["git", "cat-file", "blob", f"{revision}:{path}"], cwd=repo.root, env=repo.env, capture_output=True, check=False
    )
    return done.stdout.decode() if done.returncode == 0 else None


def _git(repo: Repo, *arguments: str) -> str:
    return repo.git(*arguments, GIT_OPTIONAL_LOCKS="0")
