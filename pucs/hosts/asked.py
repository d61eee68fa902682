"""What the person asks of an agent in its client: the first line of it becomes the agent's task."""

from __future__ import annotations

from pucs.client.prompting import prompted
from pucs.prompts import task_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pucs.client.calls import Caller

_BY_SOMEBODY = ("", "user", "sdk")
"""The sources of a prompt that says what to do; older clients name none."""


def told(data: Mapping[str, Any], caller: Caller, cwd: str) -> None:
    """UserPromptSubmit. A client that wakes its agent up asks it for nothing new."""
    prompt = data.get("prompt")
    if (data.get("source") or "") in _BY_SOMEBODY and isinstance(prompt, str):
        line = task_line(prompt)
        if line:
            prompted(caller, cwd, line)
