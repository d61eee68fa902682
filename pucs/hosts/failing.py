"""What a hook answers when PUCS itself failed, and the report it leaves."""

from __future__ import annotations

import os
import time
import traceback

from pucs import __version__
from pucs.client.opening import repository_at
from pucs.errors import PucsError
from pucs.times import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def on_failure(event: str, data: Mapping[str, Any], error: Exception, *, deciding: bool) -> Mapping[str, Any] | None:
    """The answer of `guard.on_failure`; nothing outside a guarded repository. Never raises."""
    cwd = data.get("cwd")
    try:
        repository = repository_at(cwd if isinstance(cwd, str) else os.getcwd())
    except Exception:  # noqa: BLE001 - the failure may be here, too
        return {"systemMessage": f"PUCS failed at {event} ({brief(error)}) and let it pass. Run: pucs doctor"}
    if repository is None:
        return None
    where = report(repository.store.root, event, error)
    said = f"PUCS failed at {event}: {brief(error)}.{where} Run: {repository.installation.command} doctor"
    if deciding and repository.policy.guard.on_failure == "block":
        output = {"hookEventName": event, "permissionDecision": "deny", "permissionDecisionReason": said}
        return {"hookSpecificOutput": output}
    return {"systemMessage": f"The call was let through unguarded. {said}" if deciding else said}


def brief(error: Exception) -> str:
    """What went wrong, in at most 200 characters."""
    words = str(error) if isinstance(error, PucsError) else f"{type(error).__name__}: {error}"
    return words[:200]


def report(root: str, event: str, error: Exception) -> str:
    """Writes the report of a bug; the environment stays out of it, since it holds secrets."""
    if isinstance(error, PucsError):
        return ""
    path = f"{root}/bug-report.txt"
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"--- {text_of(time.time())} PUCS {__version__} {event}\n")
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return ""
    return f" A report is in {path}."
