"""The end of a commit window: what its hooks took off the disk and did not bring back comes back, or is told."""

from __future__ import annotations

from pucs import notices, system
from pucs.client.opening import Repository
from pucs.errors import StoreError
from pucs.git.unstaged import written_as
from pucs.model import ABSENT, RESTORED, RISKED, Event, Notice, Snapshot
from pucs.paths import key_of, printable
from pucs.record import Record
from pucs.state import contents, journal
from pucs.state.window import LINK
from pucs.system.texts import write_bytes
from pucs.view import Change, Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.state.window import Kept, Window
    from pucs.view import View

_EXECUTABLE = 0o111


class Held(Record):
    """What a path holds on disk: fingerprint, git's mode of it ("" for nothing) and the bytes, a link's target."""

    content: str
    mode: str
    data: bytes | None


class _Found(Record):
    """A file that is not as it was when the window opened; `back` says that it was put back."""

    kept: Kept
    held: Held
    back: bool


def look(path: str) -> Held:
    """What is there now, links not followed."""
    try:
        found = system.lstat(path)
    except (OSError, ValueError):
        return Held(ABSENT, "", None)
    kind = found.st_mode & 0o170000
    if kind == 0o120000:  # noqa: PLR2004 - as stat(7) has it
        target = system.readlink(path).encode("utf-8", "surrogateescape")
        return Held(contents.blob_id(target), LINK, target)
    content, data = contents.look(path)
    mode = "100755" if found.st_mode & 0o100 else "100644"
    return Held(content, mode if content != ABSENT else "", data)


def keep(root: str, held: Held) -> bool:
    """Keeps the bytes for bringing them back; false where they cannot be kept."""
    contents.keep(root, held.content, held.data)
    return held.content == ABSENT or contents.kept(root, held.content) is not None


def settle(repository: Repository, window: Window, *, crashed: bool) -> None:
    """Compares every file with what it held when the window opened, and brings back what is lost. Never raises OSError.

    Bytes that are neither git's nor the remains of a write that a crash cut are somebody's newer ones: they stay, and
    what was there before stays in the spool.
    """
    differing = []
    for kept in window.files:
        held = look(f"{repository.tree.root}/{kept.name}")
        if (held.content, held.mode) != (kept.content, kept.mode):
            differing.append(_Found(kept, held, _is_lost(repository, kept, held, crashed=crashed)))
    done = [found._replace(back=found.back and _put_back(repository, found)) for found in differing]
    if done:
        _report(repository, window, done)


def _is_lost(repository: Repository, kept: Kept, held: Held, *, crashed: bool) -> bool:
    """Whether the disk holds what hook managers put there, so that nothing newer is overwritten."""
    if not kept.tracked:
        return held.content == ABSENT and crashed
    if held.content == ABSENT:
        return True
    if held.data is None:
        return False
    versions = [written_as(repository.tree, kept.name, blob) for blob in {kept.staged, kept.committed} if blob]
    if held.data in versions:
        return True
    versions.append(_copy(repository, kept.content))
    return crashed and any(version is not None and version.startswith(held.data) for version in versions)


def _copy(repository: Repository, fingerprint: str) -> bytes | None:
    data = contents.kept(repository.store.root, fingerprint)
    if data is None:
        from pucs.client.recalling import Recall  # noqa: PLC0415 - it went from the spool into git meanwhile

        data = Recall(repository).content(fingerprint)
    return data


def _put_back(repository: Repository, found: _Found) -> bool:
    kept, path = found.kept, f"{repository.tree.root}/{found.kept.name}"
    data = _copy(repository, kept.content)
    if data is None or not keep(repository.store.root, found.held):
        return False
    try:
        if kept.content == ABSENT:
            system.unlink(path)
            return True
        system.makedirs(system.dirname(path), exist_ok=True)
        if LINK in (kept.mode, found.held.mode) and found.held.mode:
            system.unlink(path)
        if kept.mode == LINK:
            import os  # noqa: PLC0415 - rare

            os.symlink(data, path)
            return True
        _write(path, data, executable=kept.mode == "100755")
    except OSError:
        return False
    return look(path).content == kept.content


def _write(path: str, data: bytes, *, executable: bool) -> None:
    """In place: rights, hard links and watchers stay; a crash in here leaves a beginning, which is mended again."""
    try:
        write_bytes(path, data)
    except PermissionError:
        system.unlink(path)
        write_bytes(path, data)
    mode = system.stat(path).st_mode & 0o7777
    if bool(mode & 0o100) != executable:
        import os  # noqa: PLC0415 - rare

        os.chmod(path, mode | (mode >> 2 & _EXECUTABLE) if executable else mode & ~_EXECUTABLE)


def _report(repository: Repository, window: Window, done: list[_Found]) -> None:
    """Journal, log, and a notice to whoever holds a path and to the committing agent."""
    store, tree = repository.store, repository.tree.id
    what = f"a commit by {window.by}"
    entries, events, inboxes = [], [], []
    for kept, held, back in done:
        keep(store.root, held)
        path = key_of(kept.name, fold_case=repository.installation.fold_case)
        before, after = (held.content, kept.content) if back else (kept.content, held.content)
        reason = RESTORED if back else RISKED
        entries.append(Snapshot(reason, "", tree, path, before, after, store.read().now, window.token, what))
        holders = _holders(repository, path)
        if back:
            events.append(Event(window.by, None, "restored", {"file": path, "from": kept.content}))
            inboxes += [(agent, path, _BACK) for agent in {*holders, window.agent} - {""}]
        elif kept.tracked or holders:
            inboxes += [(agent, path, _CHANGED) for agent in holders if agent != window.agent]
    try:
        journal.note(store.root, entries)
        store.append(events)
        if inboxes:
            store.transact(lambda view: _told(inboxes, window, view))
    except StoreError:
        return  # the bytes are back; saying so is not worth failing the commit


_BACK = "{path} was taken off the disk by the hooks of a commit by {by} and not brought back; PUCS restored it."
_CHANGED = "The hooks of a commit by {by} changed {path} under you; what it held before is kept."


def _told(inboxes: list[tuple[str, str, str]], window: Window, view: View) -> Change:
    writes: dict[str, Any] = {}
    for agent, path, words in inboxes:
        text = words.format(path=printable(path), by=window.by)
        notices.tell(agent, Notice(text, view.now, "window:" + path, "high"), view, writes)
    return Change(None, writes)


def _holders(repository: Repository, path: str) -> set[str]:
    try:
        record = repository.store.read().path(path)
    except Damaged:
        return set()
    return {lock.agent for lock in record.tree(repository.tree.id).locks}
