"""The messages of the protocol (the proposal's section 6): what agents say to the coordinator, and what it answers.

The coordinator is no process: it is the rules, which every door asks. A message is a call of `PUCSClient`, a command or
a hook; the activity log names it as the `message` of its line, and what was answered as the `answer`.
"""

from __future__ import annotations

__all__ = ["AgentMessage", "CoordinatorMessage", "names_in"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class AgentMessage:
    """What an agent says."""

    REGISTER = "register"
    """It begins: `register()`, or its first hook."""
    CLAIM_STREAM = "claim_stream"
    """It asks for a place in a stream: `claim_stream()`, `pucs claim`."""
    SIGNAL_INTENT = "signal_intent"
    """It says what it is going to change: `signal_intent()`, `pucs intent`, or its first edit."""
    ACQUIRE_LOCK = "acquire_lock"
    """It asks for a path: `acquire_locks()`, `pucs lock`, or an edit."""
    RELEASE_LOCK = "release_lock"
    """It gives a path back: `release_locks()`, `pucs unlock`, or a commit."""
    LOG_ACTION = "log_action"
    """It adds to the log: `log_change()`."""
    REPORT_CONFLICT = "report_conflict"
    """It found a clash: `report_conflict()`, `pucs report --conflict`."""
    REQUEST_HELP = "request_help"
    """It needs a person: `request_help()`, `pucs ask`."""
    COMPLETE_TASK = "complete_task"
    """It finished a task: `complete_task()`, `pucs task done`, or its client's own list."""
    HANDOFF = "handoff"
    """It passes work on: `handoff()`, `pucs handoff`."""


class CoordinatorMessage:
    """What an agent is answered or told."""

    REGISTERED = "registered"
    """It has an id: the result of `register()`, or the words at the start of its session."""
    STREAM_ASSIGNED = "stream_assigned"
    """It has a place in a stream: at once, or by a notice when one became free."""
    LOCK_GRANTED = "lock_granted"
    """The path is its own: the result of `acquire_locks()`, or the silence of the gate."""
    LOCK_DENIED = "lock_denied"
    """It is not, and here is why."""
    CONFLICT_ALERT = "conflict_alert"
    """Somebody's work may clash with its own: a notice."""
    TASK_ASSIGNED = "task_assigned"
    """It has a task: the result of `claim_task()`, or a notice where somebody assigned it."""
    PAUSE = "pause"
    """It must not write for a while."""
    RESUME = "resume"
    """It may again."""
    TERMINATE = "terminate"
    """It must end."""


def names_in(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The messages that an entry of the activity log stands for: what was said, then what was answered."""
    return tuple(entry[key] for key in ("message", "answer") if entry.get(key) in MESSAGES)


MESSAGES = tuple(
    value
    for one in (AgentMessage, CoordinatorMessage)
    for name, value in vars(one).items()
    if name.isupper() and isinstance(value, str)
)
"""All the names, in the proposal's order."""
