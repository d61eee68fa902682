"""`read`: what a shell command will write, told from its text before it runs."""

from __future__ import annotations

from pucs.commands import UNKNOWN_READING, Reading
from pucs.shell import quick
from pucs.shell.globs import TooManyError
from pucs.shell.grammar import bash_parser
from pucs.shell.scene import Effects, LimitError, Scene
from pucs.shell.walking import Walker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pucs.shell.git_words import Aliases

_LONGEST = 100_000


def read(
    command: str,
    cwd: str,
    environ: Mapping[str, str],
    libraries: Iterable[str] = (),
    aliases: Aliases | None = None,
) -> Reading:
    """What `command` will do when Bash runs it in `cwd`. Never raises; what cannot be told is `unknown`.

    `libraries` are the folders that tree-sitter is installed in: without it nothing is known, but for what is proven
    to be read-only. `aliases` gives the text of a git alias, or "": see `git_words`.
    """
    try:
        if quick.read_only(command):
            return Reading(read_only=True)
        parser = bash_parser(libraries) if len(command) <= _LONGEST else None
        if parser is None:
            return UNKNOWN_READING
        effects = Effects()
        scene = Scene(cwd, environ, effects)
        _walk(Walker(parser, aliases), command, scene)
    except Exception:  # noqa: BLE001 - a command that breaks the reader is one that was not read
        return UNKNOWN_READING
    return _reading(effects)


def _walk(walker: Walker, command: str, scene: Scene) -> None:
    try:
        walker.script(command, scene)
    except (LimitError, TooManyError, RecursionError):
        scene.effects.guess()


def _reading(effects: Effects) -> Reading:
    if effects.harmless:
        return Reading(read_only=True)
    return Reading(
        writes=tuple(effects.writes),
        folders=tuple(effects.folders),
        git=tuple(effects.git),
        named=tuple(effects.named),
        unknown=effects.unknown,
        whole=tuple(effects.whole),
        routine=effects.unknown and not effects.strange,
    )
