"""What installing will change, worked out whole before the first byte is written."""

from __future__ import annotations

import os
import shlex

from pucs.client.sites import Site
from pucs.config import compiling
from pucs.errors import ConfigError, StoreError
from pucs.git import worktrees
from pucs.install import claude_settings, exclude, git_hooks, ledger, locations, state_files
from pucs.install.changes import ABSENT, Shape, applied, look, missing_above, sweep
from pucs.install.claude_settings import LOCAL, SHARED, USER
from pucs.install.ledger import Entry
from pucs.install.locations import Location, template
from pucs.installation import MARKER, Installation
from pucs.state import opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS, EXCLUDE, CONFIG, SCRIPT, HOOKS, FOLDER, STATE = (
    *("settings", "exclude", "config", "script", "hooks"),
    *("folder", "state"),
)


class Plan:
    """Files to change, what the two ledgers will say of them, texts to protect, and words for the person."""

    def __init__(self, site: Site, environ: Mapping[str, str]) -> None:
        self.site = site
        self.environ = environ
        self.state = os.path.join(site.common, "pucs")
        self.wanted: dict[str, Shape] = {}
        self.protected: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.own_path = os.path.join(site.common, ledger.NAME)
        self.shared_path = ledger.shared_ledger(environ)
        self.own = ledger.load(self.own_path)
        self.shared = ledger.load(self.shared_path)

    def want(self, path: str, role: str, after: Shape) -> None:
        """Plans a file, and notes what it was before us."""
        now = look(path)
        book = self.shared if self.is_shared(path) else self.own
        for folder in missing_above(path):
            book.setdefault(folder, Entry(FOLDER, ABSENT, ""))
        if now == after and path in book:
            entry = book[path]
        else:
            entry = Entry(role, self.before_us(role, now, book.get(path)), ledger.digest(after))
            self.wanted[path] = after
        self._enter(book, path, entry)

    def _enter(self, book: dict[str, Entry], path: str, entry: Entry) -> None:
        if book is self.own:
            book[path] = entry
            return
        book[path] = ledger.shared(entry, self.site.common)
        for folder in missing_above(self.shared_path):
            book.setdefault(folder, Entry(FOLDER, ABSENT, ""))

    def before_us(self, role: str, now: Shape, entry: Entry | None) -> Shape:
        """What the path would be without us, as exactly as anybody can say now."""
        if entry is not None and entry.untouched(now):
            return entry.before
        before = entry.before if entry is not None else ABSENT
        if role == SETTINGS and now.kind == "file":
            return _settings_without(now, before)
        if role == EXCLUDE and now.kind == "file":
            return now._replace(data=exclude.removed(now.data))
        if role == SCRIPT:
            return before
        return now

    def is_shared(self, path: str) -> bool:
        """Whether other repositories may rely on the same file."""
        places = (self.site.common, *self.site.trees)
        return not any(path == place or path.startswith(place + os.sep) for place in places)

    def settings(self, scope: str, location: Location, on_failure: str) -> None:
        """Our entries in the client's settings of that scope, and out of those of another scope."""
        if scope == SHARED:
            groups = claude_settings.shared_groups(on_failure)
        else:
            groups = claude_settings.machine_groups(location, on_failure)
        paths = settings_paths(self.site, scope, self.environ)
        for path in paths:
            now = look(path)
            if now.kind not in ("absent", "file"):
                raise ConfigError(f"{path} is no file", "Move it away (nothing was changed), then run this again.")
            data, texts = claude_settings.added(now.data, groups, path)
            self.want(path, SETTINGS, Shape("file", data, now.mode if now != ABSENT else _new_mode()))
            self.protected += [(path, text) for text in texts]
            self._note_tracked(path, scope)
        if scope == SHARED:
            script = os.path.realpath(os.path.join(self.site.home, claude_settings.SHARED_SCRIPT))
            text = template("pucs_hook.sh")
            now = look(script)
            self.want(script, SCRIPT, Shape("file", text.encode(), now.mode if now.kind == "file" else _new_mode()))
            self.protected.append((script, text))
            paths.append(script)
        self._drop_settings(set(paths))

    def exclude(self, scope: str) -> None:
        """Machine-local files kept out of `git add -A`."""
        path = os.path.join(self.site.common, "info", "exclude")
        now = look(path)
        patterns = (exclude.STATE, *((exclude.LOCAL_SETTINGS,) if scope == LOCAL else ()))
        data = exclude.added(now.data if now.kind == "file" else b"", patterns)
        self.want(path, EXCLUDE, Shape("file", data, now.mode if now.kind == "file" else _new_mode()))

    def config(self, path: str, text: str) -> None:
        """A first configuration."""
        self.want(path, CONFIG, Shape("file", text.encode(), _new_mode()))

    def states(self, symlinks: bool) -> None:  # noqa: FBT001 - one capability, named at every call
        """The state's folders and first files, and `.claude/state` in every home."""
        self.wanted |= state_files.fresh(self.state)
        for root in self.site.homes:
            if not _leads_inside(os.path.join(root, ".claude"), root):
                self.notes.append(f"{root}/.claude leads out of the repository, so there is no .claude/state in it")
                continue
            link = state_files.link(root, self.state)
            if link and not symlinks:
                link = state_files.copies(root, self.state)
            for path, shape in link.items():
                self.want(path, FOLDER if shape.kind == "folder" else STATE, shape)

    def command(self) -> str:
        """How a shell runs this `pucs`; without a script beside its Python, through one in the git directory."""
        command = locations.shell_command()
        path = os.path.join(self.site.common, locations.LAUNCHER)
        if not command:
            self.want(path, SCRIPT, Shape("file", locations.launcher().encode(), 0o755))
        return command or shlex.quote(path)

    def hooks(self, location: Location) -> tuple[str, ...]:
        """Our gate in the git hooks of every working tree; gives their folders."""
        machine = Shape("file", git_hooks.machine_text(location).encode(), 0o600)
        self.want(os.path.join(self.site.common, git_hooks.MACHINE_FILE), SCRIPT, machine)
        folders = tuple(dict.fromkeys(os.path.realpath(worktrees.hooks_folder(root)) for root in self.site.trees))
        for folder in folders:
            if os.path.exists(folder) and not os.path.isdir(folder):
                self.notes.append(f"core.hooksPath is {folder}: git runs no hooks, so there is no commit gate")
                continue
            self._hooks_in(folder)
        return folders

    def _hooks_in(self, folder: str) -> None:
        book = self.shared if self.is_shared(folder) else self.own
        for missing in missing_above(os.path.join(folder, "pre-commit")):
            book.setdefault(missing, Entry(FOLDER, ABSENT, ""))
        key = hooks_key(folder)
        self._enter(book, key, Entry(HOOKS, ABSENT, "", book[key].users if key in book else ()))
        for name in git_hooks.NAMES:
            changes = git_hooks.planned(folder, name, look)
            self.wanted |= changes
            below = os.path.join(folder, "before-pucs")
            if any(os.path.dirname(path) == below for path in changes):
                book.setdefault(below, Entry(FOLDER, ABSENT, ""))
            if not folder.startswith(self.site.common + os.sep):
                self.protected.append((os.path.realpath(os.path.join(folder, name)), git_hooks.gate(name)))
                self._note_tracked_hook(os.path.join(folder, name), changed=bool(changes))

    def _note_tracked(self, path: str, scope: str) -> None:
        root = next((root for root in self.site.homes if path.startswith(root + os.sep)), "")
        if scope == LOCAL and root and worktrees.tracked(root, path):
            self.notes.append(f"{path} is tracked by git, and now holds paths of this machine: do not commit it")
        if scope == SHARED:
            self.notes.append(
                f"commit {path} and {claude_settings.SHARED_SCRIPT}: where PUCS is missing they do nothing"
            )

    def _note_tracked_hook(self, path: str, *, changed: bool) -> None:
        root = next((root for root in self.site.trees if path.startswith(root + os.sep)), "")
        if changed and root and worktrees.tracked(root, path):
            self.notes.append(f"{path} is tracked by git: commit the PUCS lines or not, elsewhere they do nothing")

    def _drop_settings(self, keep: set[str]) -> None:
        """Takes our entries out of settings that an earlier `init` chose."""
        for path, entry in tuple(self.own.items()):
            ours = path.startswith(self.site.common + os.sep)
            if entry.role in (SETTINGS, SCRIPT) and path not in keep and not ours:
                self.wanted[path] = self.before_us(entry.role, look(path), entry)
                del self.own[path]
        for path, entry in tuple(self.shared.items()):
            if entry.role == SETTINGS and path not in keep and self.site.common in entry.users:
                release(self, path, entry)


def carry_out(plan: Plan, marker: Installation | None) -> bool:
    """Changes everything as one; the ledgers first, so that even a kill in between leaves a way back."""
    wanted = {path: shape for path, shape in plan.wanted.items() if look(path) != shape}
    books = {
        path: ledger.shape_of(path, book) for path, book in ((plan.own_path, plan.own), (plan.shared_path, plan.shared))
    }
    books = {path: shape for path, shape in books.items() if not look(path).same(shape)}
    # The marker is written by the body: here its present content is noted, to be put back when that fails.
    markers = {path: look(path) for path in _markers(plan) if path not in wanted}
    sweep({**books, **wanted})
    with applied({**books, **wanted, **markers}):
        if marker is not None:
            # A configuration that was just written has its stamp only now.
            stamp = marker.stamp or compiling.source_stamp(marker.config)
            opening.write_marker(plan.site.common, marker._replace(stamp=stamp))
    return bool(wanted) or marker is not None


def _markers(plan: Plan) -> list[str]:
    """The marker, its copy, and what `write_marker` makes on the way to them."""
    paths = [os.path.join(plan.site.common, MARKER), os.path.join(plan.state, "installed-copy.json")]
    return paths + [f"{path}.{os.getpid()}" for path in paths]


def release(plan: Plan, path: str, entry: Entry) -> None:
    """Gives up this repository's share of a file; the last one to do so puts it back."""
    rest = ledger.left(entry, plan.site.common, MARKER)
    if rest.users:
        plan.shared[path] = rest
        plan.notes.append(f"{path} stays as it is: other repositories rely on it")
        return
    del plan.shared[path]
    plan.wanted[path] = plan.before_us(entry.role, look(path), entry)


def hooks_key(folder: str) -> str:
    """Where the ledger keeps the hooks of a folder; the folder itself may have an entry of its own."""
    return os.path.join(folder, "*")


def settings_paths(site: Site, scope: str, environ: Mapping[str, str]) -> list[str]:
    """The settings files of a scope, every link on the way resolved."""
    if scope == USER:
        folder = environ.get("CLAUDE_CONFIG_DIR") or os.path.join(ledger.home_of(environ), ".claude")
        return [os.path.realpath(os.path.join(folder, "settings.json"))]
    if scope == SHARED:
        return [os.path.realpath(os.path.join(site.home, ".claude", "settings.json"))]
    return [os.path.realpath(os.path.join(root, ".claude", "settings.local.json")) for root in site.homes]


def _settings_without(now: Shape, before: Shape) -> Shape:
    try:
        if not claude_settings.entries(now.data):
            return now
        data = claude_settings.removed(now.data, before.data if before.kind == "file" else None)
    except (ConfigError, StoreError):
        return now
    if before == ABSENT and claude_settings.is_empty(data):
        return ABSENT
    return now._replace(data=data)


def _leads_inside(path: str, root: str) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(root) + os.sep)


def _new_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
