"""The errors that a caller can tell apart, each with the exit code its door uses.

    PucsError(message, hint)
    ├── Refusal       1    the rules say no; nothing was changed
    ├── UsageError    2    the call itself is wrong
    │   └── ConfigError    pucs_config.yaml is wrong; the message names the key
    └── WorldError    3
        ├── StoreError     the state cannot be read or written
        └── GitError       git failed or is missing

Anything else is a bug in PUCS (exit 4). Ctrl-C is 130.
"""

from __future__ import annotations


class PucsError(Exception):
    """What went wrong (`str(error)`) and what to do next (`hint`, may be empty)."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Refusal(PucsError):  # noqa: N818 - a refusal is an answer, not an error
    """The rules say no, and nothing was changed."""

    exit_code = 1


class UsageError(PucsError):
    """The call itself is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """The configuration is wrong; the message carries file and key."""


class WorldError(PucsError):
    """The world failed: disk, git, a process."""

    exit_code = 3


class StoreError(WorldError):
    """The state cannot be read or written."""


class StoreBusy(StoreError):  # noqa: N818 - said of a state, like BlockingIOError's siblings in filelock
    """The mutex was not to be had within the deadline; reading still works."""


class GitError(WorldError):
    """Git failed or is missing."""
