"""The beginning of a commit window, in the gate of a hook that others' hooks follow: everything unstaged is kept."""

from __future__ import annotations

import time

from pucs import system
from pucs.client.commits import Commit, committer, name_of
from pucs.client.surveying import at_work
from pucs.client.window_end import keep, look
from pucs.edit_gate import EDIT_TOOLS
from pucs.git.unstaged import unstaged
from pucs.model import Agent
from pucs.state import processes, window
from pucs.state.window import VARIABLE, Kept, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN_CALLS, _PAUSE = 2.0, 0.05
_UNTRACKED, _UNTRACKED_BYTES, _UNTRACKED_LARGEST = 1000, 64 << 20, 1 << 20


def opened(commit: Commit) -> bool:
    """Opens a window for the hook that runs this gate; false where nothing is unstaged and nobody else is at work.

    From here on others' writes wait; edits that passed the gate before have two seconds to finish.
    """
    repository, gitdir = commit.repository, commit.repository.tree.gitdir
    agent = committer(commit)
    token = _token()
    holder = processes.identify(system.getppid())
    now = repository.store.read().now
    opening = Window(token, holder, name_of(commit, agent), agent.id if agent else "", now)
    if window.read(gitdir) is not None or commit.environ.get(VARIABLE):
        return False  # it would end before the other one, or it is inside of it
    window.write(gitdir, opening)
    try:
        company = _others(commit, agent)
        _let_edits_finish(commit, company)
        files = tuple(_kept(commit))
    except BaseException:
        window.remove(gitdir)
        raise
    if not files and not company:
        window.remove(gitdir)
        return False
    window.write(gitdir, opening._replace(files=files))
    return True


def _token() -> str:
    """A word that nobody guesses."""
    import os  # noqa: PLC0415 - only a window needs one

    return os.urandom(16).hex()


def _others(commit: Commit, agent: Agent | None) -> list[str]:
    name = agent.id if agent else ""
    return [one.id for one in at_work(commit.repository.store.read()) if one.id != name]


def _let_edits_finish(commit: Commit, company: list[str]) -> None:
    end = time.monotonic() + _OPEN_CALLS
    while company and time.monotonic() < end and _is_editing(commit, company):
        time.sleep(_PAUSE)


def _is_editing(commit: Commit, company: list[str]) -> bool:
    view, tree = commit.repository.store.read(), commit.repository.tree.id
    agents = (view.agent(name) for name in company)
    calls = (call for one in agents if one is not None for call in one.calls.values())
    return any(call.tool in EDIT_TOOLS and any(where == tree for where, _ in call.paths) for call in calls)


def _kept(commit: Commit) -> Iterator[Kept]:
    """Every unstaged file, its bytes in the spool; of untracked ones, which hooks rarely touch, what is cheap."""
    tree, root = commit.repository.tree, commit.repository.store.root
    number = size = 0
    for name, staged, committed in unstaged(tree):
        held = look(f"{tree.root}/{name}")
        if not (staged or committed):
            length = len(held.data or b"")
            number, size = number + 1, size + length
            if number > _UNTRACKED or size > _UNTRACKED_BYTES or length > _UNTRACKED_LARGEST:
                continue
        if keep(root, held):
            yield Kept(name, held.content, held.mode, staged, committed)
