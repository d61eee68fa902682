"""Recording what a run changed in one tree: the rule asked, the journal written, the published files renewed."""

from __future__ import annotations

from pucs import run_end, system
from pucs.authors import Scene
from pucs.client.differences import altered
from pucs.client.looking import copy_of
from pucs.client.opening import Repository
from pucs.model import RAN, Agent
from pucs.run_end import Outcome, RunRequest
from pucs.state import journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.authors import Aim, Altered
    from pucs.client.open_runs import Run
    from pucs.client.scanning import Scan
    from pucs.view import Change, View


_COMPARED = 20
"""So many of the files that a command changed are compared with other worktrees."""


def record(repository: Repository, run: Run, now: Scan, rivals: Iterable[Aim]) -> None:
    """Records what is not in the tree as it was before the run; `rivals` overlapped with it."""
    root, tree = repository.store.root, repository.tree.id
    view = repository.store.read()
    found = altered(repository, run.trees[tree], now, journal.entries(root, run.journal))
    if not found:
        return
    changes = tuple(_with_texts(repository, one, view) for one in found)

    def rule(view: View) -> Change:
        agent = view.agent(run.agent) or Agent(run.agent, process=run.process)
        request = RunRequest(
            agent=agent,
            call=run.call,
            tool=run.tool,
            tree=tree,
            command=run.command,
            scene=Scene(run.aims[tree], run.revision, tuple(rivals)),
            altered=changes,
            stream=agent.stream,
            head=now.head,
            said=repository.installation.command,
        )
        return run_end.after(request, repository.policy, view)

    outcome: Outcome = repository.store.transact(rule)
    journal.note(root, outcome.snapshots)
    made = [one.path for one in outcome.snapshots if one.reason == RAN][:_COMPARED]
    if made and system.isdir(f"{repository.tree.common}/worktrees"):
        from pucs.client.abroad import tell_of  # noqa: PLC0415 - most repositories have one worktree

        tell_of(repository, run.agent, made)
    if outcome.snapshots:
        from pucs.client.publishing import publish_soon  # noqa: PLC0415 - most commands change nothing

        publish_soon(repository)


def _with_texts(repository: Repository, one: Altered, view: View) -> Altered:
    """The change with what it takes to follow its lines, where several agents share the file."""
    weave = view.path(one.path).tree(repository.tree.id).weave
    if weave is None:
        return one
    kept = {name: copy_of(repository, name) for name in (weave.base, weave.content, one.after)}
    return one._replace(texts={name: data for name, data in kept.items() if data is not None})
