"""pucs_config.yaml: read it, say what is wrong with it, compile it for the hook path, guess a first one."""

from __future__ import annotations

from pucs.config.compiling import compile_settings, source_stamp
from pucs.config.guessing import default_config, guess_streams
from pucs.config.loading import load, parse
from pucs.config.settings import Settings

__all__ = [
    "Settings",
    "compile_settings",
    "default_config",
    "guess_streams",
    "load",
    "parse",
    "source_stamp",
]
