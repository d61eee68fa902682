"""The plugin's hooks keep silent where settings run the same hooks already: nothing is done twice."""

from __future__ import annotations

from pucs import system
from pucs.client.opening import spot_of
from pucs.state.contents import read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

ARGUMENT = "plugin"
"""The last argument of the hooks in hooks/hooks.json."""

_MACHINE = b"exec(open(sys.argv[2]).read())"
_SHARED = b"/pucs_hook.sh"


def is_doubled(event: str, data: Mapping[str, Any]) -> bool:
    """Whether the session of this event has a hook of ours for it in its settings, too."""
    environ = system.environ()
    cwd = data.get("cwd")
    project = environ.get("CLAUDE_PROJECT_DIR") or (cwd if isinstance(cwd, str) else "")
    script = _script_of(event).encode()
    for path in _settings(project, environ):
        try:
            text = read_all(path)
        except (OSError, ValueError):
            continue
        if (_MACHINE in text and b"/" + script + b".py" in text) or (_SHARED in text and b'"' + script + b'"' in text):
            return True
    return False


def _settings(project: str, environ: Mapping[str, str]) -> Iterator[str]:
    """The settings that this session reads: of the user, of the folder it started in, and of the repository."""
    home = environ.get("CLAUDE_CONFIG_DIR") or environ.get("HOME", "") + "/.claude"
    yield home + "/settings.json"
    if not project:
        return
    yield project + "/.claude/settings.json"
    spot = spot_of(project, "/")
    if spot is not None and spot.repository.installation.scope == "local":
        yield from dict.fromkeys(
            path for path, _ in spot.repository.installation.entries if path.endswith("/settings.local.json")
        )


def _script_of(event: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in event).lstrip("_")
