"""The single checks of `pucs doctor`. Each gives troubles, or notes as plain text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time

from pucs import installation as installations
from pucs.agents import client_key
from pucs.client import readers
from pucs.client.opening import Repository, is_off
from pucs.client.planning import settings_paths
from pucs.client.sites import Site
from pucs.config.compiling import source_stamp
from pucs.errors import PucsError, WorldError
from pucs.git import worktrees
from pucs.install import claude_settings, exclude, git_hooks, locations, state_files
from pucs.install.changes import look
from pucs.install.claude_settings import LOCAL, SHARED, USER
from pucs.install.locations import Location
from pucs.installation import MARKER, Installation
from pucs.record import Record
from pucs.state import opening, processes
from pucs.state.checking import damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INIT = "pucs init"
_RESTORES = "pucs init brings it back"


class Trouble(Record):
    """Something that is wrong: what, why it matters, and the next command."""

    what: str
    why: str
    next: str


class Ward(Record):
    """What the checks look at; no repository where its state cannot be opened."""

    site: Site
    installation: Installation
    environ: Mapping[str, str]
    repository: Repository | None


def repair(common: str) -> list[str]:
    """Mends the marker from its copy and sets damaged records aside; gives what was done in words."""
    done = []
    if not _is_sound(common):
        found = opening.installed(common)
        if found is not None and found.python:
            opening.write_marker(common, found)
            done.append("repaired: the marker, from its copy")
    keys = opening.open_store(common).repair()
    done += [f"repaired: the record of {key}; the damaged one is in quarantine" for key in keys]
    return done


def marker(ward: Ward) -> Iterator[Trouble | str]:
    """The marker itself."""
    if not _is_sound(ward.site.common):
        why = "Its copy answers for it; should that be damaged too, the configuration is forgotten."
        yield Trouble("the marker in the git directory is damaged", why, "pucs doctor --repair")


def interpreter(ward: Ward) -> Iterator[Trouble | str]:
    """The Python and the scripts that hooks run."""
    installed = ward.installation
    location = Location(installed.python, installed.root, locations.hooks_in(installed.root))
    why = "Hooks that cannot start let every edit pass, and refuse every commit of an agent."
    if not os.access(installed.python, os.X_OK):
        yield Trouble(f"the Python of the hooks is gone: {installed.python or 'none is noted'}", why, _INIT)
    elif not os.path.exists(os.path.join(location.hooks, "pre_tool_use.py")):
        yield Trouble(f"PUCS is no longer where it was installed from: {installed.root}", why, _INIT)
    else:
        try:
            locations.check(location)
        except WorldError as error:
            yield Trouble(str(error), why, _INIT)
    machine = look(os.path.join(ward.site.common, git_hooks.MACHINE_FILE))
    if machine.data != git_hooks.machine_text(location).encode():
        yield Trouble(f"{git_hooks.MACHINE_FILE} in the git directory is not what `pucs init` wrote", why, _INIT)


def reader(ward: Ward) -> Iterator[Trouble | str]:
    """What reads shell commands before they run, and symbols."""
    yield from readers.missing(ward.installation, ward.repository)


def settings(ward: Ward) -> Iterator[Trouble | str]:
    """Our entries in the client's settings."""
    installed = ward.installation
    on_failure = str(installed.policy.get("guard", {}).get("on_failure", "allow"))
    groups = claude_settings.shared_groups(on_failure)
    if installed.scope != SHARED:
        location = Location(installed.python, installed.root, locations.hooks_in(installed.root))
        groups = claude_settings.machine_groups(location, on_failure)
    for path in settings_paths(ward.site, installed.scope or LOCAL, ward.environ):
        shape = look(path)
        try:
            found = claude_settings.entries(shape.data)
            wanted = claude_settings.added(shape.data, groups, path)[0]
        except PucsError as error:
            yield Trouble(str(error), "The client reads no hook from it.", "Repair the file by hand.")
            continue
        missing = [event.name for event in claude_settings.EVENTS if event.name not in {entry.event for entry in found}]
        if missing:
            why = "Claude Code never asks PUCS there: the edit gate is not in force."
            yield Trouble(f"hooks are missing in {path}: {', '.join(missing)}", why, _INIT)
        elif wanted != shape.data:
            why = "They run another PUCS, other tools or another answer to failures than configured."
            yield Trouble(f"the hooks in {path} are not those of this installation", why, _INIT)


def other_settings(ward: Ward) -> Iterator[Trouble | str]:
    """Switches in any settings that turn hooks off, and second installations."""
    mine = settings_paths(ward.site, ward.installation.scope or LOCAL, ward.environ)
    for path in _all_settings(ward):
        shape = look(path)
        try:
            data = json.loads(shape.data.decode("utf-8-sig")) if shape.kind == "file" else {}
            found = claude_settings.entries(shape.data)
        except (ValueError, PucsError):
            continue
        if not isinstance(data, dict):
            continue
        if data.get("disableAllHooks") is True or (data.get("allowManagedHooksOnly") is True and path not in mine):
            yield Trouble(
                f"hooks are switched off in {path}", "The edit gate never runs.", "Take the switch out of it."
            )
        if path not in mine and found and _differ(found, mine):
            why = "Both run at every tool call: twice the time, and two versions that may disagree."
            yield Trouble(f"a second installation of the hooks is in {path}", why, f"Take them out of {path}.")
        plugins = data.get("enabledPlugins")
        enabled = [name for name, on in plugins.items() if on] if isinstance(plugins, dict) else []
        if any(name.split("@")[0] == "pucs" for name in enabled):
            yield "the PUCS plugin is enabled, too; it keeps silent in this repository"


def hooks(ward: Ward) -> Iterator[Trouble | str]:
    """The git hooks of every working tree."""
    why = "Commits made there are checked by nobody."
    for root in ward.site.trees:
        folder = os.path.realpath(worktrees.hooks_folder(root))
        setting = worktrees.setting(root, "core.hooksPath")
        if folder not in ward.installation.hooks:
            how = f"core.hooksPath is {setting} now" if setting else "core.hooksPath is not set any more"
            yield Trouble(f"git runs the hooks of {folder}, where PUCS is not installed ({how})", why, _INIT)
            continue
        if not os.path.isdir(folder):
            yield Trouble(f"git runs no hooks: core.hooksPath is {setting or folder}", why, "Choose another folder.")
            continue
        missing = [name for name in git_hooks.NAMES if not git_hooks.reaches(folder, name, look)]
        if missing:
            what = f"these git hooks in {folder} do not run PUCS (overwritten, removed or not executable)"
            yield Trouble(f"{what}: {', '.join(missing)}", why, _INIT)
        stale = [name for name in git_hooks.NAMES if name not in missing and git_hooks.planned(folder, name, look)]
        if stale:
            what = f"these git hooks in {folder} are of an older PUCS, or inside a manager that was installed over them"
            why_stale = "A manager that puts unstaged files away is not guarded while it does."
            yield Trouble(f"{what}: {', '.join(stale)}", why_stale, _INIT)


def state(ward: Ward) -> Iterator[Trouble | str]:
    """The state's records, and where it is shown."""
    root = os.path.join(ward.site.common, opening.FOLDER)
    broken = damaged(root)
    if broken:
        why = "What they are about counts as held until they are repaired."
        yield Trouble(f"damaged records in the state: {', '.join(broken)}", why, "pucs doctor --repair")
    for home in ward.site.homes:
        path = os.path.join(home, ".claude", "state")
        leads_out = os.path.realpath(os.path.dirname(path)) != os.path.dirname(path)
        if not (leads_out or state_files.is_link(path, root) or state_files.is_copy(path)):
            yield Trouble(f"{path} does not show the state any more", "People and tools look for it there.", _INIT)
    scope = ward.installation.scope
    patterns = (exclude.STATE, *((exclude.LOCAL_SETTINGS,) if scope == LOCAL else ()))
    data = look(os.path.join(ward.site.common, "info", "exclude")).data
    if exclude.added(data, patterns) != data:
        yield Trouble(
            "info/exclude has lost the lines of PUCS", "`git add -A` would commit machine-local files.", _INIT
        )


def configuration(ward: Ward) -> Iterator[Trouble | str]:
    """Whether the rules in force are those of the configuration."""
    installed = ward.installation
    if installed.problem:
        yield Trouble(installed.problem, "Rules that were changed since are not in force.", "Repair it; hooks notice.")
    elif source_stamp(installed.config) != installed.stamp:
        why = "The rules in force are those from before."
        yield Trouble(f"{installed.config} changed and was not compiled yet", why, _INIT)
    if ward.repository is not None and ward.repository.policy.guard.mode == "observe":
        yield "guard.mode is observe: what would be denied is logged, nothing is denied"
    if ward.repository is not None and is_off(ward.repository.store.read()):
        yield Trouble("PUCS is switched off", "Nothing is guarded.", "pucs on")


def client(ward: Ward) -> Iterator[Trouble | str]:
    """The Claude Code on PATH."""
    found = shutil.which("claude", path=ward.environ.get("PATH"))
    version = _version(found, ward.environ) if found else ()
    if not version:
        return
    text = ".".join(str(number) for number in version)
    blocks = ward.installation.policy.get("guard", {}).get("on_failure") == "block"
    if version < (2, 1, 295) and blocks:
        why = "It ignores onFailure: when PUCS fails, edits pass although guard.on_failure is block."
        yield Trouble(f"Claude Code {text} is older than 2.1.295", why, "Update Claude Code.")
    elif version < (2, 1, 295):
        yield f"Claude Code {text} is older than 2.1.295 and ignores onFailure (which says `continue`, its default)"
    if version < (2, 1, 211) and ward.installation.scope == LOCAL:
        why = "It does not find .claude/settings.local.json from sub-directories and worktrees."
        yield Trouble(f"Claude Code {text} is older than 2.1.211", why, "Update Claude Code, or: pucs init --user")


def firing(ward: Ward) -> Iterator[Trouble | str]:
    """Whether hooks reach PUCS at all."""
    if ward.repository is None:
        return
    view = ward.repository.store.read()
    for pid, folder in _clients(ward.site):
        process = processes.identify(pid)
        if process is not None and view.name(client_key(process)) is None:
            why = "Its edits are guarded by nobody: it was started before the hooks, or does not trust the folder."
            what = f"a Claude Code (process {pid}) works in {folder}, and no hook of it has ever come"
            yield Trouble(what, why, "Restart it, and accept the folder's hooks when it asks.")
    last = max((agent.seen for name in view.names("agent") if (agent := view.agent(name)) is not None), default=0.0)
    if last:
        yield f"the last event of an agent came {max(0, int((time.time() - last) / 60))} minutes ago"
    else:
        yield "no agent has been seen yet"


def storage(ward: Ward) -> Iterator[Trouble | str]:
    """Forms of a repository that PUCS reads less well."""
    if worktrees.setting(ward.site.home, "extensions.refstorage") == "reftable":
        yield "references are stored as reftable: what other branches landed is recognised late"


CHECKS = (marker, interpreter, reader, settings, other_settings, hooks, state, configuration, client, firing, storage)


def _is_sound(common: str) -> bool:
    try:
        with open(os.path.join(common, MARKER), encoding="utf-8") as file:
            installations.decode(json.load(file))
    except (OSError, ValueError, TypeError, PucsError):
        return False
    return True


def _all_settings(ward: Ward) -> list[str]:
    site = ward.site
    paths = [path for scope in (USER, SHARED, LOCAL) for path in settings_paths(site, scope, ward.environ)]
    managed = (
        "/etc/claude-code/managed-settings.json",
        "/Library/Application Support/ClaudeCode/managed-settings.json",
    )
    return [*dict.fromkeys(paths), *managed]


def _differ(found: list[claude_settings.Entry], mine: list[str]) -> bool:
    own = [entry.hook for path in mine for entry in claude_settings.entries(look(path).data)]
    return any(entry.hook not in own for entry in found)


def _version(executable: str, environ: Mapping[str, str]) -> tuple[int, ...]:
    try:
        done = subprocess.run(
            [executable, "--version"], env=dict(environ), capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    words = done.stdout.split()
    numbers = words[0].split(".") if words else []
    return tuple(int(number) for number in numbers) if all(number.isdigit() for number in numbers) else ()


def _clients(site: Site) -> Iterator[tuple[int, str]]:
    """Claude Code processes that work in one of the trees, where the system tells (Linux)."""
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        try:
            program = os.path.basename(os.readlink(f"/proc/{name}/exe")) if name.isdigit() else ""
            folder = os.readlink(f"/proc/{name}/cwd") if program in ("claude", "claude.exe") else ""
        except OSError:
            continue
        if folder and any(folder == root or folder.startswith(root + os.sep) for root in site.trees):
            yield int(name), folder
