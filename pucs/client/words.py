"""A finding in words, with the holder's change taken from the spool."""

from __future__ import annotations

from pucs import hotfiles
from pucs.client.looking import Sight, copy_of
from pucs.client.opening import Repository
from pucs.client.sharing import symbols_in
from pucs.errors import StoreError
from pucs.linediff import cuts, lines_of
from pucs.model import Finding
from pucs.symbols import IMPORTS, plain_name, touched
from pucs.wording import Circumstances, denial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.linediff import Cut
    from pucs.model import Lock

_LARGEST = 1 << 18


def words_of(repository: Repository, finding: Finding, sights: list[Sight], stream: str | None) -> str:
    """What the denied agent is told, in at most 600 characters."""
    lock = finding.lock
    sight = next((sight for sight in sights if sight.target.path == finding.path), None)
    now = sight.data if sight is not None else None
    was = copy_of(repository, lock.base) if lock is not None else None
    if finding.others:
        was, *rest = finding.others
        now = rest[0] if rest else now
    elif lock is not None and sight is not None and finding.tree == repository.tree.id:
        was = _without(lock, sight) or was
    shows = was is not None and (finding.tree == repository.tree.id or len(finding.others) > 1)
    changed = cuts(lines_of(was), lines_of(now)) if shows and was is not None and now is not None else []
    circumstances = Circumstances(
        command=repository.installation.command,
        now=repository.store.read().now,
        stream=stream,
        before=was,
        after=now,
        shows_change=shows,
        symbols=_changed_in(repository, finding, was, sight) if shows and not finding.note else (),
        version=_version(repository, finding, changed, now),
    )
    return denial(finding, circumstances)


def _changed_in(repository: Repository, finding: Finding, was: bytes | None, sight: Sight | None) -> tuple[str, ...]:
    """The functions, classes and imports that the holder's change is in; no other statement needs a name."""
    now = sight.data if sight is not None else None
    if finding.rule != "held" or finding.denials > 1 or was is None or now is None or len(now) > _LARGEST:
        return ()
    found = (sight.target.symbols[0] if sight is not None else ()) or symbols_in(now, finding.path, repository)
    if not found:
        return ()
    lines = lines_of(now)
    changed = cuts(lines_of(was), lines)
    names = [name for _, _, first, end in changed for name in touched(found, first, end, lines)]
    return tuple(dict.fromkeys(name for name in names if not plain_name(name).endswith(">") or IMPORTS in name))


def _without(lock: Lock, sight: Sight) -> bytes | None:
    """What a file that agents share would be without this one's lines; None for any other."""
    tree = sight.record.tree(sight.target.tree)
    if tree.weave is None:
        return None
    from pucs import scopes  # noqa: PLC0415 - most files have one agent

    return scopes.without(tree, sight.target, lock.agent)


def _version(repository: Repository, finding: Finding, changed: list[Cut], now: bytes | None) -> str:
    """The version that the holder's change sets; "" where it sets none."""
    if now is None or hotfiles.hot(repository.policy, finding.path).word != hotfiles.VERSION:
        return ""
    from pucs import entries  # noqa: PLC0415 - hardly any file has versions

    lines = lines_of(now)
    return entries.version_in(line for _, _, first, end in changed for line in lines[first:end])


def trouble(path: str, error: StoreError) -> str:
    """What the agent is told when the state cannot be opened at all, so that nothing can be granted."""
    finding = Finding("state", path, note=f"{error} ({error.hint})" if error.hint else str(error))
    return denial(finding, Circumstances(command="pucs", now=0.0))
