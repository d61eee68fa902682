"""Paths that agents do not write: git's own, the configuration, and our entries in files that are otherwise theirs."""

from __future__ import annotations

from pucs import system
from pucs.client.opening import Repository, repository_at, spot_of
from pucs.model import Finding
from pucs.state.contents import look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_SWITCH = '"disableAllHooks"'


def protected(repository: Repository, inside: str, tool: str, values: Mapping[str, Any]) -> str:
    """Why the tool may not write this path, as the rest of a sentence; "" where it may."""
    folded = inside.casefold()
    if folded == ".git" or folded.startswith(".git/"):
        return "is git's and PUCS's own state"
    full = f"{repository.tree.root}/{inside}"
    name = folded if repository.installation.fold_case else inside
    if full == repository.installation.config or name == "pucs_config.yaml":
        return "is the configuration of PUCS"
    return _emptied(repository, full, tool, values)


def protected_outside(path: str, cwd: str, tool: str, values: Mapping[str, Any]) -> str:
    """The same for a path outside any repository, e.g. the user's own settings, where our hooks stand there."""
    repository = repository_at(cwd)
    if repository is None or not repository.installation.entries or repository.policy.guard.mode == "observe":
        return ""
    try:
        return _emptied(repository, system.realpath(system.join(cwd, path)), tool, values)
    except ValueError:
        return ""


def own_files(repository: Repository) -> list[str]:
    """What PUCS has in this working tree beside git's folder: the configuration, and files that hold our entries."""
    prefix = repository.tree.root + "/"
    config = repository.installation.config or prefix + "pucs_config.yaml"
    full = dict.fromkeys((config, *(path for path, _ in repository.installation.entries)))
    return [path.removeprefix(prefix) for path in full if path.startswith(prefix) and system.lexists(path)]


def denied_outside(paths: Iterable[str], cwd: str, tool: str, values: Mapping[str, Any]) -> str:
    """The denial of a call on a protected file outside any repository that holds our hooks; "" where there is none."""
    for path in paths:
        why = protected_outside(path, cwd, tool, values) if spot_of(path, cwd) is None else ""
        if why:
            from pucs.wording import Circumstances, denial  # noqa: PLC0415 - a grant is silence

            return denial(Finding("protected", path, note=why), Circumstances("pucs", 0.0))
    return ""


def _emptied(repository: Repository, full: str, tool: str, values: Mapping[str, Any]) -> str:
    """Why the call would take our entries out of that file; "" where none are in it or all stay."""
    entries = [text for path, text in repository.installation.entries if path == full]
    if not entries:
        return ""
    data = look(full)[1] or b""
    before = data.decode("utf-8", "replace")
    after = _outcome(before, tool, values)
    if after is None or any(after.count(text) < before.count(text) for text in entries):
        return "contains the hooks of PUCS, which this call would take out or cannot be shown to keep"
    if after.count(_SWITCH) > before.count(_SWITCH):
        return "contains the hooks of PUCS, which this call would switch off"
    return ""


def _outcome(before: str, tool: str, values: Mapping[str, Any]) -> str | None:
    """The text after the call; None where it cannot be known."""
    if tool == "Write":
        content = values.get("content")
        return content if isinstance(content, str) else None
    if tool == "Edit":
        old, new = values.get("old_string"), values.get("new_string")
        if isinstance(old, str) and isinstance(new, str):
            return before.replace(old, new, -1 if values.get("replace_all") else 1) if old else new
    return None
