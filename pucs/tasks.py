"""The rule of tasks: a board for each stream, from which each task is taken once, and not before what it waits for.

A task of an agent that is gone is pending again at the next look: that follows from the agent's record, and is written
down when somebody takes the task. Text of a task comes from whoever wrote the list.
"""

from __future__ import annotations

from pucs import notices
from pucs.errors import Refusal, UsageError
from pucs.model import ALIVE, DEAD, PERSON, Agent, Event, Name, Notice
from pucs.paths import printable
from pucs.protocol import AgentMessage, CoordinatorMessage
from pucs.record import Record
from pucs.view import Change
from pucs.wording import peer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.view import View

PENDING, ACTIVE, DONE = "pending", "active", "done"

HOST = "host"
"""The source of a task that a host's agent put on its own list."""

NUMBER = "number/task"
_DAY = 86400.0
_MESSAGES = {
    "task_claimed": {"answer": CoordinatorMessage.TASK_ASSIGNED},
    "task_assigned": {"answer": CoordinatorMessage.TASK_ASSIGNED},
    "task_completed": {"message": AgentMessage.COMPLETE_TASK},
}
LONGEST_TITLE = 200
_SHOWN_TITLE = 120


class Task(Record):
    """One piece of work. `agent` has it or did it, `had` are those who had it and are gone.

    `assigned` is the only one who may take it while it lives; `needs` are the tasks that must be done before.
    """

    id: str
    title: str
    stream: str | None = None
    state: str = PENDING
    agent: str = ""
    assigned: str = ""
    needs: tuple[str, ...] = ()
    since: float = 0.0
    had: tuple[str, ...] = ()
    source: str = ""
    description: str = ""
    extra: dict[str, Any] = {}


class Draft(Record):
    """A task to be: `label` is its number in its list, `needs` the labels of that list that come before it."""

    title: str
    stream: str | None = None
    done: bool = False
    label: str = ""
    needs: tuple[str, ...] = ()
    source: str = ""
    description: str = ""


def task_key(identifier: str) -> str:
    """The key under which a task is stored."""
    return "task/" + identifier


def found(identifier: str, view: View) -> Task:
    """The task of that id as it looks now. Raises UsageError where there is none."""
    task: Task | None = view.record(task_key(identifier))
    if task is None:
        view.demand(task_key(identifier))
        raise UsageError(f"there is no task {printable(identifier, 40)}", "see: pucs task list")
    return _seen(task, view)


def board(view: View) -> tuple[Task, ...]:
    """All tasks as they look now, in the order in which they were added."""
    tasks = (view.record(task_key(name)) for name in view.names("task"))
    return tuple(sorted((_seen(task, view) for task in tasks if task is not None), key=_order))


def _order(task: Task) -> tuple[int, str]:
    return (int(task.id) if task.id.isdecimal() else 0, task.id)


def _seen(task: Task, view: View) -> Task:
    if task.state != ACTIVE or not _is_gone(task.agent, view):
        return task
    return task._replace(state=PENDING, agent="", had=(*task.had, task.agent))


def _is_gone(agent: str, view: View) -> bool:
    """Whether an agent ended or died, or is one that nobody can tell about and that was not seen for a day."""
    known = view.agent(agent)
    if known is None or agent.startswith(PERSON):
        return False
    life = view.liveness(known.process)
    return known.ended > 0 or life == DEAD or (life != ALIVE and view.now - known.seen >= _DAY)


def why_not(task: Task, agent: str, view: View) -> str:
    """Why the agent cannot take the task now; "" where it can."""
    if task.state == DONE:
        return f"is done already{', by ' + task.agent if task.agent else ''}"
    if task.state == ACTIVE and task.agent != agent:
        return f"is {task.agent}'s"
    if task.assigned not in ("", agent) and not _is_gone(task.assigned, view):
        return f"is assigned to {task.assigned}"
    open_ones = [one for one in task.needs if not _is_over(one, view)]
    return f"waits for {', '.join(open_ones)}" if open_ones else ""


def _is_over(identifier: str, view: View) -> bool:
    task: Task | None = view.record(task_key(identifier))
    return identifier not in view.lost("task") if task is None else task.state == DONE


def candidates(agent: Agent, tasks: Iterable[Task], stream: str | None = None) -> tuple[str, ...]:
    """The ids of tasks that the agent might take next, the first it should have first.

    Its own stream's and those of no stream, all for an agent without one; what is assigned to it comes first.
    """
    wanted = stream or agent.stream
    open_ones = [task for task in tasks if task.state != DONE and (not wanted or task.stream in (wanted, None))]
    if stream:
        open_ones = [task for task in open_ones if task.stream == stream]
    open_ones.sort(key=lambda task: (task.agent != agent.id, task.assigned != agent.id))
    return tuple(task.id for task in open_ones)


def claimed(agent: Agent, wanted: tuple[str, ...], view: View) -> Change:
    """The first of these tasks that the agent can take is its; the result is that Task, or None.

    One that it has already is it again: whoever was interrupted before it read the answer asks once more.
    """
    for identifier in wanted:
        known: Task | None = view.record(task_key(identifier))
        if known is None:
            continue
        task = _seen(known, view)
        if task.state == ACTIVE and task.agent == agent.id:
            return Change(task)
        if not why_not(task, agent.id, view):
            taken = task._replace(state=ACTIVE, agent=agent.id, assigned="", since=view.now)
            return Change(taken, {task_key(taken.id): taken}, (event_of("task_claimed", agent, taken),))
    return Change(None)


def completed(agent: Agent, identifier: str, dependents: Iterable[str], view: View) -> Change:
    """The task is done; who is assigned one of the `dependents` hears when it can begin. The result is the Task.

    Raises Refusal where another agent has it, and where it waits for others. Done twice is done once.
    """
    task = found(identifier, view)
    if task.state == DONE:
        return Change(task)
    why = why_not(task, agent.id, view)
    if why and not agent.id.startswith(PERSON):
        raise Refusal(f"task {task.id} {why}", f"see: pucs task list; take it first: pucs task next {task.id}")
    done = task._replace(state=DONE, agent=agent.id, assigned="", since=view.now)
    writes: dict[str, Any] = {task_key(done.id): done}
    after = view.after(Change(None, writes))
    for name in dependents:
        next_one = after.record(task_key(name))
        if next_one is None or not next_one.assigned or next_one.assigned == agent.id:
            continue
        if not why_not(next_one, next_one.assigned, after):
            text = f"Task {done.id} is done, so your task {next_one.id} can begin: pucs task next {next_one.id}"
            notices.tell(next_one.assigned, Notice(text, view.now, "task:" + next_one.id), view, writes)
    return Change(done, writes, (event_of("task_completed", agent, done),))


def reopened(agent: Agent, identifier: str, view: View) -> Change:
    """The task is pending again, for anybody. Raises Refusal where another living agent has it."""
    task = found(identifier, view)
    if task.state == PENDING and not task.assigned:
        return Change(task)
    if task.state == ACTIVE and task.agent != agent.id and not agent.id.startswith(PERSON):
        raise Refusal(f"task {task.id} is {task.agent}'s", "ask the person you work for")
    had = (*task.had, task.agent) if task.agent else task.had
    again = task._replace(state=PENDING, agent="", assigned="", had=had, since=view.now)
    return Change(again, {task_key(again.id): again}, (event_of("task_reopened", agent, again),))


def assigned(agent: Agent, identifier: str, to: str, view: View) -> Change:
    """The task waits for agent `to`, who is told; only people take one away from somebody who has it."""
    task = found(identifier, view)
    if task.state == DONE:
        raise Refusal(f"task {task.id} is done", f"open it again first: pucs task reopen {task.id}")
    if task.assigned == to or (task.state == ACTIVE and task.agent == to):
        return Change(task)
    if task.state == ACTIVE and task.agent != agent.id and not agent.id.startswith(PERSON):
        raise Refusal(f"task {task.id} is {task.agent}'s", "wait until it is done, or ask the person you work for")
    writes: dict[str, Any] = {}
    had = task.had
    if task.state == ACTIVE:
        had = (*had, task.agent)
        if task.agent != agent.id:
            text = f"Task {task.id} is {to}'s now; {agent.id} assigned it. Stop working on it."
            notices.tell(task.agent, Notice(text, view.now, "task:" + task.id, "high"), view, writes)
    given = task._replace(state=PENDING, agent="", assigned=to, had=had, since=view.now)
    title = peer(agent.id, given.title, _SHOWN_TITLE)
    text = f"Task {given.id} was assigned to you: {title}. Take it: pucs task next {given.id}"
    notices.tell(to, Notice(text, view.now, "task:" + given.id), view, writes)
    event = event_of("task_assigned", agent, given)
    event = event._replace(details={**event.details, "to": to})
    return Change(given, {task_key(given.id): given, **writes}, (event,))


def added(agent: Agent, draft: Draft, view: View) -> Change:
    """One task more; its `needs` are ids of tasks. The result is the Task."""
    for identifier in draft.needs:
        found(identifier, view)
    writes: dict[str, Any] = {}
    task = fresh(draft, draft.needs, view, writes)
    return Change(task, writes, (event_of("task_added", agent, task),))


def host_told(agent: Agent, key: str, draft: Draft, view: View) -> Change:
    """A host's agent put a task on its own list or, where the draft is done, finished one; `key` is the host's name.

    Nobody else takes it while that agent lives. Told again it is the same task.
    """
    name = view.name(key)
    known: Task | None = view.record(task_key(name.value)) if name is not None else None
    writes: dict[str, Any] = {}
    if known is not None and (known.state == DONE or not draft.done):
        return Change(known)
    events: list[Event] = []
    # The name comes first: one without a task is filled when the host tells again, a task without one would be doubled.
    task = known if known is not None else fresh(draft, (), view, writes, key, name.value if name is not None else "")
    if known is None:
        task = task._replace(assigned=agent.id)
        events.append(event_of("task_added", agent, task))
    if draft.done:
        task = task._replace(state=DONE, agent=agent.id, assigned="", since=view.now)
        events.append(event_of("task_completed", agent, task))
    return Change(task, {**writes, task_key(task.id): task}, tuple(events))


def shared_name(key: str, draft: Draft, view: View) -> str:
    """The name under which a finished task is known: `key`, or that of another session that shares its list.

    Teams of agents do: one puts a task on the list, and another, in a session of its own, finishes it.
    """
    number = key.rpartition("/")[2]
    for other in view.names("hosttask") if view.name(key) is None else ():
        name = view.name("hosttask/" + other)
        task: Task | None = view.record(task_key(name.value)) if name is not None else None
        same = task is not None and (other.rpartition("/")[2], task.title) == (number, title_of(draft.title))
        if same and task is not None and task.state != DONE:
            return "hosttask/" + other
    return key


def fresh(
    draft: Draft, needs: tuple[str, ...], view: View, writes: dict[str, Any], name: str = "", known: str = ""
) -> Task:
    """A task under the next number, or the `known` one, added to `writes`; a `name` for it is noted, too."""
    title = title_of(draft.title)
    if not title:
        raise UsageError("a task needs a title", 'write: pucs task add "what is to be done"')
    identifier = known
    if not identifier:
        counter = writes.get(NUMBER) or view.name(NUMBER)
        number = (counter.number if counter is not None else 0) + 1
        lost = view.lost("task") if counter is None else ()
        while view.record(task_key(str(number))) is not None or str(number) in lost:  # the counter was lost
            number += 1
        writes[NUMBER] = Name("task", number, view.now)
        identifier = str(number)
    if name:
        writes[name] = Name(identifier, at=view.now)
    description = draft.description.strip()[:LONGEST_TITLE]
    task = Task(identifier, title, draft.stream, needs=needs, since=view.now, source=draft.source)
    task = task._replace(description=description)
    writes[task_key(identifier)] = task
    return task


def title_of(text: str) -> str:
    """A title as the board keeps it: on one line, and not too long."""
    return " ".join(text.split())[:LONGEST_TITLE]


def event_of(action: str, agent: Agent, task: Task) -> Event:
    """The line of the log that says what an agent did with a task."""
    return Event(agent.id, task.stream, action, {"task": task.title, "id": task.id, **_MESSAGES.get(action, {})})
