"""Who made which entry of the stash: all worktrees share one stack, and git does not say."""

from __future__ import annotations

from pucs.client import open_runs
from pucs.client.open_runs import Run
from pucs.client.opening import Repository
from pucs.git import asking
from pucs.model import Name
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.view import View


def note(repository: Repository, run: Run) -> None:
    """Attributes the entries that came up during the run to its agent, unless a command of another may have made them.

    What a person makes meanwhile, while an agent's command runs that may stash as well, counts as the agent's.
    """
    entries = asking.stash(repository.tree)
    if entries[:1] in ((), (run.stash,)) or (run.stash and run.stash not in entries):
        return
    fresh = entries[: entries.index(run.stash)] if run.stash else entries
    others = [one for one in open_runs.every(repository.store.root) if one.agent != run.agent]
    if "stash" not in run.command and any("stash" in one.command for one in others):
        return

    def rule(view: View) -> Change:
        unknown = [one for one in fresh if view.name("stash/" + one) is None]
        return Change(None, {"stash/" + one: Name(run.agent, at=view.now) for one in unknown})

    repository.store.transact(rule)
