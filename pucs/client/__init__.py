"""The one place that joins rules and world: one function or method for each thing a door can ask for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.client.library import PUCSClient

__all__ = ["PUCSClient"]


def __getattr__(name: str) -> object:
    # Lazy: hooks import this package at every tool call and have no use for the library's face.
    if name == "PUCSClient":
        from pucs.client.library import PUCSClient  # noqa: PLC0415

        return PUCSClient
    raise AttributeError(f"module 'pucs.client' has no attribute {name!r}")
