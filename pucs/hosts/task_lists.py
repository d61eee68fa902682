"""The lists that agents keep in their client: what is put on one, and what is finished, comes to the board."""

from __future__ import annotations

from pucs.client import boards
from pucs.tasks import HOST, Draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pucs.client.calls import Caller


def told(data: Mapping[str, Any], caller: Caller, cwd: str, *, done: bool) -> None:
    """TaskCreated, or TaskCompleted where the task is `done`. Says nothing: an answer could keep the client from it."""
    identifier = _text(data.get("task_id"))[:200]
    title = _text(data.get("task_subject")) or f"task {identifier}"
    draft = Draft(title, done=done, source=HOST, description=_text(data.get("task_description")))
    boards.host_told(caller, cwd, identifier, draft)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
