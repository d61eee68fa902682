"""Turns settings into the form that the hook path reads: patterns through pathspec, once per change of the file."""

from __future__ import annotations

import os
import re
import unicodedata
import warnings
from typing import TYPE_CHECKING, Any

from pathspec import GitIgnoreSpec

from pucs.errors import ConfigError
from pucs.policy import CriticalRule, Policy, StreamRule, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.config.settings import CriticalSettings, Settings, StreamSettings
    from pucs.patterns import Pattern


def compile_settings(settings: Settings) -> dict[str, Any]:
    """The JSON form of the policy that the settings ask for; `pucs.policy.decode` reads it."""
    return encode(
        Policy(
            streams=tuple(_stream_rule(stream) for stream in settings.streams),
            critical_files=tuple(_critical_rule(entry, settings) for entry in settings.critical_files),
            locks=settings.locks,
            guard=settings.guard,
            commits=settings.commits,
            log_max_entries=settings.logging.max_entries,
            snapshots=settings.snapshots,
            policies=settings.policies,
            resources=settings.resources,
        )
    )


def source_stamp(path: str) -> dict[str, int]:
    """What tells one version of the file from the next, {} where there is none; take it before reading."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return {}
    return {"mtime_ns": status.st_mtime_ns, "size": status.st_size, "ino": status.st_ino}


def compile_pattern(text: str) -> Pattern:
    """The compiled form (see pucs.patterns) of one gitignore pattern; a ConfigError says why it is none."""
    text = unicodedata.normalize("NFC", text).strip()
    if text.removeprefix("!").startswith(("./", "../")):
        raise ConfigError("it can never match", "Write patterns as seen from the repository's root, without ./")
    if text.count("{") != text.count("}"):
        raise ConfigError("braces are no alternatives", "Write the alternatives out as patterns of their own.")
    sign, expression = _translated(text)
    return _compact(text, sign) or [sign, expression]


def compile_critical_path(text: str) -> Pattern:
    """The same for a path in critical_files, which is always seen from the repository's root."""
    if text.startswith("!"):
        raise ConfigError("nothing is exempted here", "Name the critical files alone.")
    return compile_pattern(text if text.startswith(("/", "./", "../")) else "/" + text)


def _translated(text: str) -> tuple[str, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # re's word for [[:alpha:]] and its like
            patterns = list(GitIgnoreSpec.from_lines([text]).patterns)
    except FutureWarning:
        raise ConfigError("a class within brackets is not supported") from None
    except re.error as error:
        raise ConfigError(error.msg) from None
    except ValueError:
        raise ConfigError("gitignore cannot read it") from None
    if not patterns or patterns[0].include is None or patterns[0].regex is None:
        raise ConfigError("it matches nothing")
    return ("+" if patterns[0].include else "!"), patterns[0].regex.pattern


def _compact(text: str, sign: str) -> Pattern | None:
    """Says the pattern without a regular expression, where it has wildcards in one name only."""
    text = text.removeprefix("!")
    if any(special in text for special in "?[\\"):
        return None
    names = text.removeprefix("/").split("/")
    if text.count("/", 0, -1) == 0:
        names.insert(0, "**")
    if not names[-1]:
        names[-1] = "**"
    if names in (["**"], ["**", "**"]):
        return None if text.endswith("/") else [sign, "", True, ["", ""], False]
    below = names[-1] == "**"
    if below:
        names.pop()
    name = names.pop()
    deep = names[-1:] == ["**"]
    if deep:
        names.pop()
    if name in ("", "**") or any(not above or "*" in above for above in names):
        return None
    return [sign, "".join(above + "/" for above in names), deep, name.split("*"), below]


def _stream_rule(stream: StreamSettings) -> StreamRule:
    return StreamRule(
        stream.name,
        _compiled(stream.files),
        stream.critical,
        stream.max_agents,
        stream.dependencies,
        _compiled(stream.tests),
        ", ".join((*stream.files, *stream.tests)),
    )


def _compiled(texts: Iterable[str]) -> tuple[Pattern, ...]:
    return tuple(compile_pattern(text) for text in texts)


def _critical_rule(entry: CriticalSettings, settings: Settings) -> CriticalRule:
    return CriticalRule(
        compile_critical_path(entry.path),
        entry.path,
        settings.locks.max_s if entry.max_lock_s is None else entry.max_lock_s,
        entry.requires_review,
        entry.test_required,
        entry.partition,
    )
