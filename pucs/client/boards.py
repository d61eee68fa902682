"""The board of tasks at work: for the library, for commands, and for hosts that keep lists of their own."""

from __future__ import annotations

from pucs import agents, tasks
from pucs.client.calls import identity_of
from pucs.client.opening import is_off, repository_at
from pucs.client.performing import perform
from pucs.client.publishing import publish_soon
from pucs.errors import ConfigError, Refusal
from pucs.model import Agent
from pucs.tasks import Draft, Task
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.agents import Identity
    from pucs.client.calls import Caller
    from pucs.client.opening import Repository
    from pucs.state.port import Store
    from pucs.tasklists import Imported
    from pucs.view import View


def board(repository: Repository, stream: str | None = None) -> tuple[Task, ...]:
    """All tasks, or a stream's, as they look now."""
    return tuple(task for task in tasks.board(repository.store.read()) if stream in (None, task.stream))


def add(repository: Repository, who: Identity, draft: Draft) -> Task:
    """One task more, of the agent's stream where it names none. Raises UsageError where it waits for none."""

    def rule(agent: Agent, view: View) -> Change:
        return tasks.added(agent, draft._replace(stream=draft.stream or agent.stream), view)

    task: Task = perform(repository, who, rule)
    return task


def claim(repository: Repository, who: Identity, stream: str | None = None) -> Task | None:
    """The next task that the agent can take is its from now on, or the one it has already; None where none is free."""
    while True:
        view = repository.store.read()
        agent = agents.named(who, view).result
        seen = tasks.board(view)
        free = {task.id for task in seen if not tasks.why_not(task, agent.id, view)}
        wanted = tuple(name for name in tasks.candidates(agent, seen, stream) if name in free)
        if not wanted:
            return None

        def rule(agent: Agent, view: View, wanted: tuple[str, ...] = wanted) -> Change:
            return tasks.claimed(agent, wanted, view)

        task: Task | None = perform(repository, who, rule)
        if task is not None:
            return task
        # Others took all that was free: each time there is less of it.


def take(repository: Repository, who: Identity, identifier: str) -> Task:
    """That task is the agent's from now on. Raises Refusal where it is not to be had."""

    def rule(agent: Agent, view: View) -> Change:
        task = tasks.found(identifier, view)
        change = tasks.claimed(agent, (identifier,), view)
        if change.result is None:
            raise Refusal(f"task {task.id} {tasks.why_not(task, agent.id, view)}", "see: pucs task list")
        return change

    task: Task = perform(repository, who, rule)
    return task


def complete(repository: Repository, who: Identity, identifier: str) -> Task:
    """The task is done. Raises Refusal where it is another agent's, or others must be done before."""
    waiting = [task.id for task in board(repository) if identifier in task.needs]
    task: Task = perform(repository, who, lambda agent, view: tasks.completed(agent, identifier, waiting, view))
    return task


def reopen(repository: Repository, who: Identity, identifier: str) -> Task:
    """The task is pending again. Raises Refusal where it is another agent's."""
    task: Task = perform(repository, who, lambda agent, view: tasks.reopened(agent, identifier, view))
    return task


def assign(repository: Repository, who: Identity, identifier: str, to: str) -> Task:
    """The task waits for the agent `to`, who is told. Raises Refusal where it is another agent's, or done."""
    task: Task = perform(repository, who, lambda agent, view: tasks.assigned(agent, identifier, to, view))
    return task


def bring_in(repository: Repository, who: Identity, drafts: Iterable[Draft]) -> Imported:
    """The tasks of a list, each once however often it is read."""
    from pucs import tasklists  # noqa: PLC0415 - regular expressions, which no hook needs

    whole = tuple(drafts)
    result: Imported = perform(repository, who, lambda agent, view: tasklists.imported(agent, whole, view))
    return result


def configured(path: str) -> tuple[Draft, ...]:
    """The tasks that a configuration lists. Raises ConfigError."""
    from pucs import tasklists  # noqa: PLC0415 - regular expressions, which no hook needs
    from pucs.config import loading  # noqa: PLC0415 - YAML, which no hook needs

    settings = loading.load(path)
    lists = [*((one.name, one.tasks) for one in settings.streams), (None, settings.tasks)]
    return tuple(draft for stream, texts in lists for draft in tasklists.listed(texts, stream, "config"))


def bring_in_configured(store: Store, path: str) -> None:
    """Puts what the configuration lists on the boards; one that is wrong or gone adds nothing."""
    try:
        drafts = configured(path)
    except ConfigError:
        return
    if drafts:
        from pucs import tasklists  # noqa: PLC0415 - as above

        store.transact(lambda view: tasklists.imported(Agent("pucs"), drafts, view))


def host_told(caller: Caller, cwd: str, task: str, draft: Draft) -> None:
    """A list of the host's own has that task now, or has it done; `task` is what the host session calls it."""
    repository = repository_at(cwd)
    if repository is None or not task or is_off(repository.store.read()):
        return
    who = identity_of(caller, repository)
    key = f"hosttask/{caller.session}/{task}"

    def rule(view: View) -> Change:
        begun = agents.resolve(who, view)
        agent = begun.result
        name = tasks.shared_name(key, draft, view) if draft.done else key
        change = tasks.host_told(agent, name, draft._replace(stream=agent.stream), view.after(begun))
        return Change(None, {**begun.writes, **change.writes}, begun.events + change.events)

    repository.store.transact(rule)
    publish_soon(repository)
