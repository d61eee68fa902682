"""Giving a repository back: `pucs uninstall`."""

from __future__ import annotations

import glob
import os
import shutil
import time

from pucs.client import planning
from pucs.client.callers import refuse_agents
from pucs.client.installing import Done
from pucs.client.planning import Plan
from pucs.client.sites import site_at
from pucs.errors import GitError
from pucs.git import snapshots, worktrees
from pucs.install import claude_settings, git_hooks, ledger, locations, state_files
from pucs.install.changes import ABSENT, look, put
from pucs.install.exclusion import exclusive
from pucs.installation import MARKER, WINDOW, Installation
from pucs.state import opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def uninstall(folder: str, environ: Mapping[str, str]) -> Done:
    """Gives every file back: byte for byte where nobody touched it since, else without exactly our own entries.

    Raises Refusal for an agent.
    """
    site = site_at(folder)
    installation = opening.installed(site.common)
    if installation is None and look(os.path.join(site.common, ledger.NAME)) == ABSENT:
        return Done("", changed=False, notes=("PUCS does not guard this repository: there is nothing to take out",))
    if installation is not None:
        refuse_agents(site.home, environ, "uninstall")
    with exclusive(site.common):
        plan = Plan(site, environ)
        folders = _plan_return(plan, installation or Installation())
        planning.carry_out(plan, None)
        for path in sorted(folders, key=len, reverse=True):
            _remove_if_empty(path)
        plan.notes += _put_state_aside(plan.state)
        plan.notes += _kept_in_git(site.common)
        put(plan.own_path, ABSENT)
    return Done(installation.session if installation else "", changed=True, notes=tuple(plan.notes))


def _plan_return(plan: Plan, installation: Installation) -> list[str]:
    """Plans every file back to what it was without us; gives the folders that we made."""
    for path, entry in tuple(plan.shared.items()):
        if plan.site.common in entry.users and entry.role == planning.HOOKS:
            _give_up_hooks(plan, path, entry)
        elif plan.site.common in entry.users:
            planning.release(plan, path, entry)
    for path, entry in plan.own.items():
        _return(plan, path, entry)
    for folder in installation.hooks:
        if planning.hooks_key(folder) not in {**plan.own, **plan.shared}:
            _return_hooks(plan, folder)
    _return_unlisted(plan, installation.scope)
    # And what a killed `init` may have left beside the marker, a commit that came to nothing in its tree.
    own = (git_hooks.NOTE_FILE, WINDOW)
    for name in (MARKER, *own, *(f"worktrees/*/{one}" for one in own)):
        for path in glob.glob(os.path.join(glob.escape(plan.site.common), name + "*")):
            plan.wanted[path] = ABSENT
    return _folders_of(plan.own) + _unneeded(plan)


def _return_unlisted(plan: Plan, scope_in_force: str) -> None:
    """Our entries in settings that no ledger knows of, should it have been lost."""
    if scope_in_force == claude_settings.USER:
        for path in planning.settings_paths(plan.site, scope_in_force, plan.environ):
            known = path in plan.shared or path in plan.wanted
            if not known and plan.before_us(planning.SETTINGS, look(path), None) != look(path):
                plan.notes.append(f"{path} keeps the hooks of PUCS: nobody can tell who else relies on them")
    for scope in (claude_settings.LOCAL, claude_settings.SHARED):
        for path in planning.settings_paths(plan.site, scope, plan.environ):
            if path not in plan.own and look(path).kind == "file":
                plan.wanted[path] = plan.before_us(planning.SETTINGS, look(path), None)
    common = plan.site.common
    for path in (os.path.join(common, git_hooks.MACHINE_FILE), os.path.join(common, locations.LAUNCHER)):
        plan.wanted.setdefault(path, ABSENT)
    for home in plan.site.homes:
        link = os.path.join(home, ".claude", "state")
        if state_files.is_link(link, plan.state):
            plan.wanted.setdefault(link, ABSENT)
    path = os.path.join(common, "info", "exclude")
    plan.wanted.setdefault(path, plan.before_us(planning.EXCLUDE, look(path), None))


def _return(plan: Plan, path: str, entry: ledger.Entry) -> None:
    now = look(path)
    if entry.role == planning.HOOKS:
        _return_hooks(plan, os.path.dirname(path))
    elif entry.role == planning.CONFIG:
        _return_config(plan, path, entry)
    elif entry.role == planning.STATE:
        if state_files.is_link(path, plan.state) or now.kind == "file":
            plan.wanted[path] = entry.before
    elif entry.role != planning.FOLDER:
        plan.wanted[path] = plan.before_us(entry.role, now, entry)
        if not entry.untouched(now) and now != ABSENT:
            plan.notes.append(f"{path} was changed since: only the entries of PUCS were taken out")


def _folders_of(book: Mapping[str, ledger.Entry]) -> list[str]:
    return [path for path, entry in book.items() if entry.role == planning.FOLDER]


def _unneeded(plan: Plan) -> list[str]:
    """Takes the folders that nothing of ours is in any more out of the user's ledger, and gives them."""
    used = [path for path, entry in plan.shared.items() if entry.role != planning.FOLDER]
    used += [plan.shared_path] if used else []
    idle = [path for path in _folders_of(plan.shared) if not any(one.startswith(path + os.sep) for one in used)]
    for path in idle:
        del plan.shared[path]
    return idle


def _give_up_hooks(plan: Plan, path: str, entry: ledger.Entry) -> None:
    rest = ledger.left(entry, plan.site.common, MARKER)
    folder = os.path.dirname(path)
    if rest.users:
        plan.shared[path] = rest
        plan.notes.append(
            f"{folder} keeps the hooks of PUCS: other repositories rely on them, in this one they do nothing"
        )
        return
    del plan.shared[path]
    _return_hooks(plan, folder)


def _return_hooks(plan: Plan, folder: str) -> None:
    for name in git_hooks.NAMES:
        plan.wanted |= git_hooks.undone(folder, name, look)


def _return_config(plan: Plan, path: str, entry: ledger.Entry) -> None:
    now = look(path)
    if entry.untouched(now) and not worktrees.tracked(plan.site.home, path):
        plan.wanted[path] = ABSENT
    elif now != ABSENT:
        plan.notes.append(f"{path} is yours now and stays")


def _put_state_aside(state: str) -> tuple[str, ...]:
    """Keeps the state where it holds what an agent wrote or a log; removes it otherwise."""
    if not os.path.isdir(state):
        return ()
    keep = _holds_anything(state)
    stem = time.strftime(f"{state}-removed-%Y%m%dT%H%M%SZ", time.gmtime())
    aside, number = stem, 1
    while os.path.lexists(aside):
        number += 1
        aside = f"{stem}-{number}"
    # Away in one step, since a publisher may still be at work in it.
    os.rename(state, aside)
    if not keep:
        shutil.rmtree(aside, ignore_errors=True)
        return ()
    return (f"the log and the copies of what agents wrote are kept in {aside}",)


def _kept_in_git(common: str) -> tuple[str, ...]:
    """What to say of the contents that were moved into git: they stay, and git alone reads them."""
    try:
        batches = snapshots.batches(common)
    except GitError:
        return ()
    if not batches:
        return ()
    kept = f"what agents wrote and overwrote stays in git, {len(batches)} trees below {snapshots.PREFIX}"
    drop = "git for-each-ref --format='delete %(refname)' refs/pucs | git update-ref --stdin"
    return (f"{kept}; drop them with: {drop}",)


def _holds_anything(state: str) -> bool:
    if any(name.startswith("journal") for name in os.listdir(state)):
        return True
    for folder in ("spool", "quarantine", "state"):
        for above, _, names in os.walk(os.path.join(state, folder)):
            logs = [name for name in names if folder != "state" or name.endswith((".jsonl", ".log"))]
            if any(os.path.getsize(os.path.join(above, name)) for name in logs):
                return True
    return False


def _remove_if_empty(path: str) -> None:
    try:
        os.rmdir(path)
    except OSError:
        return
