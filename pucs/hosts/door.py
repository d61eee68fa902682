"""The one guard around every hook: any failure becomes the configured answer, never a crash or stray output."""

from __future__ import annotations

import sys

from pucs import fastjson, system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Handler = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]

_DECIDING = "PreToolUse"
_MARK = b"\xef\xbb\xbf"
"""Some put it before UTF-8: it says nothing."""


def run(event: str, handler: Handler) -> None:
    """Reads the event, prints at most one JSON object, exits 0 whatever happened.

    Input that is no JSON object is not ours to judge: nothing is printed. A failure of PUCS is told to the person
    (`systemMessage`) and, before a tool call with `guard.on_failure: block`, denies the call.
    """
    data: Mapping[str, Any] = {}
    try:
        parsed = _parsed(_stdin())
        if parsed is None:
            return
        data = parsed
        if sys.argv[-1:] == ["plugin"] and _is_doubled(event, data):
            return
        answer = handler(data)
    except Exception as error:  # noqa: BLE001 - the one place where everything is caught
        answer = _failed(event, data, error)
    if answer is not None:
        _print(fastjson.dumps(answer))
        delivering = sys.modules.get("pucs.client.delivering")  # not imported: there is nothing to note without it
        if delivering is not None:
            delivering.printed()


def _parsed(raw: bytes) -> Mapping[str, Any] | None:
    try:
        # Not "utf-8-sig": importing that codec is felt.
        data = fastjson.loads(raw.removeprefix(_MARK).decode("utf-8", "replace"))
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _is_doubled(event: str, data: Mapping[str, Any]) -> bool:
    from pucs.hosts.plugin import is_doubled  # noqa: PLC0415 - hooks in settings need not ask

    return is_doubled(event, data)


def _failed(event: str, data: Mapping[str, Any], error: Exception) -> Mapping[str, Any] | None:
    from pucs.hosts.failing import on_failure  # noqa: PLC0415 - only a failure pays for it

    return on_failure(event, data, error, deciding=event == _DECIDING)


def _stdin() -> bytes:
    chunks = []
    while chunk := system.read(0, 1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


def _print(text: str) -> None:
    data = text.encode("ascii")
    while data:
        data = data[system.write(1, data) :]
