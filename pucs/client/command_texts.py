"""Reading a shell command before anything is known of the state: most that are read only read, and need none of it."""

from __future__ import annotations

from pucs import fastjson, system
from pucs.commands import UNKNOWN_READING, Reading
from pucs.git import locate
from pucs.installation import MARKER, WINDOW
from pucs.state.record_files import content_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pucs.commands import GitCall

_NOT_PLAIN = frozenset("$`(){}[]@\\%#!~\n")


def reading_of(tool: str, command: str, cwd: str, environ: Mapping[str, str]) -> Reading:
    """What the command will do as far as its text tells; nothing is known where it has to do with no repository.

    Of PowerShell only what Bash would read the same: plain words, redirections and lists of them.
    """
    if tool != "Bash" and not _NOT_PLAIN.isdisjoint(command):
        return UNKNOWN_READING
    libraries = _libraries_for(command, cwd, environ)
    if libraries is None:
        return UNKNOWN_READING
    from pucs.shell.reading import read  # noqa: PLC0415 - only where somebody guards

    reading = read(command, cwd, environ, libraries, _alias_of)
    if tool == "Bash":
        return reading
    from pucs.shell import powershell  # noqa: PLC0415 - as above

    plain = powershell.read(command, cwd, environ)
    writes = tuple(dict.fromkeys(reading.writes + plain.writes))
    folders = tuple(dict.fromkeys(reading.folders + plain.folders))
    return reading._replace(writes=writes, folders=folders, unknown=True, read_only=False)


def is_committing(cwd: str) -> bool:
    """Whether a commit window is open in the tree of that folder: what is read now may be gone when it is over."""
    place = _place_of(cwd)
    return place is not None and system.lexists(f"{place.tree.gitdir}/{WINDOW}")


def _place_of(cwd: str) -> locate.Place | None:
    try:
        return locate.place_of(cwd, "/")
    except (OSError, ValueError):
        return None


def _libraries_for(command: str, cwd: str, environ: Mapping[str, str]) -> Sequence[str] | None:
    """Where the parser lies for this command; None where it neither stands in a guarded repository nor names one."""
    place = _place_of(cwd)
    found = _libraries(place.tree) if place is not None else None
    if found is not None:
        return found
    from pucs.client.standing import paths_in  # noqa: PLC0415 - most commands stay where they are

    for path in paths_in(command, cwd, environ):
        place = _place_of(path)
        found = _libraries(place.tree) if place is not None else None
        if found is not None:
            return found
    return None


def _libraries(tree: locate.Tree) -> Sequence[str] | None:
    """Where the parser lies, as the marker says; None where nobody guards."""
    data = content_of(f"{tree.common}/{MARKER}")
    if data is None:
        return None
    try:
        found = fastjson.loads(data.decode("utf-8"))["libraries"]
        if isinstance(found, list) and all(isinstance(one, str) for one in found):
            return found
    except (ValueError, KeyError, TypeError):
        pass
    from pucs.client.opening import repository_of  # noqa: PLC0415 - the marker is damaged, or an older one

    repository = repository_of(tree)
    return repository.installation.libraries if repository is not None else None


def _alias_of(call: GitCall) -> str:
    from pucs.client.git_places import alias_of  # noqa: PLC0415 - asked for a verb that git does not have

    return alias_of(call)
