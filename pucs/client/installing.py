"""Guarding a repository and giving it back: `init`, `uninstall`, and the configuration compiled for the hooks."""

from __future__ import annotations

import json
import os
import shutil
import time

from pucs.client import planning
from pucs.client.callers import calling_agent
from pucs.client.opening import repository_of
from pucs.client.planning import Plan
from pucs.client.sites import Site, site_at
from pucs.config import compiling, guessing, loading
from pucs.errors import ConfigError, Refusal, StoreError, UsageError
from pucs.git import locate, worktrees
from pucs.install import claude_settings, git_hooks, ledger, locations, state_files
from pucs.install.changes import ABSENT, applied, look, put
from pucs.install.exclusion import exclusive
from pucs.installation import MARKER, Installation, encode
from pucs.policy import decode
from pucs.record import Record
from pucs.state import opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = "pucs_config.yaml"
_SESSION = "PUCS-YYYYMMDD-NNN"


class Wish(Record):
    """What a person asks of `init`; "" leaves what is there, or the default."""

    session: str = ""
    scope: str = ""


class Done(Record):
    """What was done: the session, whether anything changed, and words for the person."""

    session: str
    changed: bool
    notes: tuple[str, ...] = ()


def init(folder: str, wish: Wish, environ: Mapping[str, str]) -> Done:
    """Guards the repository that contains the folder; a second time changes nothing.

    All of it or nothing: after any failure everything is as it was.
    """
    site = site_at(folder)
    location = locations.here()
    locations.check(location)
    with exclusive(site.common):
        old = opening.installed(site.common)
        now = _opened(old or Installation(), wish, site)
        plan = Plan(site, environ)
        now = _configured(plan, now)
        scope = wish.scope or now.scope or claude_settings.LOCAL
        plan.states(state_files.can_link(site.home))
        plan.exclude(scope)
        plan.settings(scope, location, decode(now.policy).guard.on_failure)
        hooks = plan.hooks(location)
        now = now._replace(
            command=plan.command(),
            fold_case=worktrees.setting(site.home, "core.ignorecase") == "true",
            entries=tuple(plan.protected),
            python=location.python,
            root=location.root,
            scope=scope,
            runner=tuple(locations.runner()),
            hooks=hooks,
        )
        changed = _carry_out(plan, None if old is not None and _text(now) == _text(old) else now)
    return Done(now.session, changed, tuple(plan.notes))


def uninstall(folder: str, environ: Mapping[str, str]) -> Done:
    """Gives every file back: byte for byte where nobody touched it since, else without exactly our own entries.

    Raises Refusal for an agent.
    """
    site = site_at(folder)
    installation = opening.installed(site.common)
    if installation is None and look(os.path.join(site.common, ledger.NAME)) == ABSENT:
        return Done("", changed=False, notes=("PUCS does not guard this repository: there is nothing to take out",))
    if installation is not None:
        refuse_agents(site, environ, "uninstall")
    with exclusive(site.common, leave=False):
        plan = Plan(site, environ)
        folders = _plan_return(plan, installation or Installation())
        _carry_out(plan, None)
        for path in sorted(folders, key=len, reverse=True):
            _remove_if_empty(path)
        plan.notes += _put_state_aside(plan.state)
        put(plan.own_path, ABSENT)
    return Done(installation.session if installation else "", changed=True, notes=tuple(plan.notes))


def compile_config(common: str) -> Installation | None:
    """Compiles a changed configuration; one that is wrong or gone leaves the last good one in force, and says so."""
    with exclusive(common):
        old = opening.installed(common)
        if old is None or not old.config:
            return old
        new = _compiled(old)
        if new != old:
            opening.write_marker(common, new)
        return new


def refuse_agents(site: Site, environ: Mapping[str, str], what: str) -> None:
    """Raises Refusal where an agent, not a person, asks for `what`."""
    tree = locate.tree_at(site.home)
    try:
        repository = repository_of(tree) if tree is not None else None
        agent = calling_agent(repository, environ) if repository is not None else None
    except StoreError:
        return  # a state that cannot be read must not keep a person from taking it out
    if agent is not None:
        raise Refusal(f"`pucs {what}` is for people, and {agent.id} is an agent", "Ask the person you work for.")


def _opened(old: Installation, wish: Wish, site: Site) -> Installation:
    """The installation with its session: the open one, the one asked for, or the next of today."""
    if wish.session and not _is_session(wish.session):
        raise UsageError(f"{wish.session} is no session id", f"Sessions are named {_SESSION}; or leave it out.")
    if old.session:
        if wish.session in ("", old.session):
            return old
        message = f"session {old.session} is still open here; nothing was changed"
        way = f"Go on with it (pucs init), or end it: pucs uninstall, then pucs init --session {wish.session}"
        raise Refusal(message, way)
    return old._replace(session=wish.session or _next_session(site.common), started=time.time())


def _is_session(text: str) -> bool:
    name, _, rest = text.partition("-")
    day, _, number = rest.partition("-")
    try:
        time.strptime(day, "%Y%m%d")
    except ValueError:
        return False
    return name == "PUCS" and len(day) == len("YYYYMMDD") and len(number) >= len("NNN") and number.isdigit()


def _next_session(common: str) -> str:
    """The next id of today, counting on from what was taken out here earlier today."""
    stem = time.strftime("PUCS-%Y%m%d-", time.gmtime())
    used = [0]
    for name in os.listdir(common):
        if name.startswith("pucs-removed-"):
            earlier = _session_in(os.path.join(common, name, "installed-copy.json"))
            if earlier.startswith(stem) and _is_session(earlier):
                used.append(int(earlier[len(stem) :]))
    return f"{stem}{max(used) + 1:03d}"


def _session_in(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return str(json.load(file)["session"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _configured(plan: Plan, installation: Installation) -> Installation:
    """The installation with its policy; where there is no configuration, a first one is planned. Raises ConfigError."""
    path = installation.config or os.path.join(plan.site.home, CONFIG)
    if not os.path.lexists(path):
        text = guessing.default_config(worktrees.files(plan.site.home))
        plan.config(path, text)
        settings = loading.parse(text, path)
        return installation._replace(config=path, policy=compiling.compile_settings(settings), problem="")
    stamp = compiling.source_stamp(path)
    settings = loading.load(path)
    plan.notes += settings.warnings
    policy = compiling.compile_settings(settings)
    return installation._replace(config=path, stamp=stamp, policy=policy, problem="")


def _compiled(installation: Installation) -> Installation:
    stamp = compiling.source_stamp(installation.config)
    name = os.path.basename(installation.config)
    if not stamp:
        problem = f"{name} is gone, and the last good one still holds: bring it back, or write a new one with pucs init"
        return installation._replace(stamp=stamp, problem=problem)
    try:
        policy = compiling.compile_settings(loading.load(installation.config))
    except ConfigError as error:
        problem = f"{name} is wrong, and the last good one still holds: {error}"
        return installation._replace(stamp=stamp, problem=problem)
    return installation._replace(stamp=stamp, policy=policy, problem="")


def _carry_out(plan: Plan, marker: Installation | None) -> bool:
    """Changes everything as one; the ledgers first, so that even a kill in between leaves a way back."""
    wanted = {path: shape for path, shape in plan.wanted.items() if look(path) != shape}
    books = {plan.own_path: ledger.shape_of(plan.own), plan.shared_path: ledger.shape_of(plan.shared)}
    books = {path: shape for path, shape in books.items() if not look(path).same(shape)}
    # The marker is written by the body: here its present content is noted, to be put back when that fails.
    markers = {path: look(path) for path in _markers(plan) if path not in wanted}
    with applied({**books, **wanted, **markers}):
        if marker is not None:
            # A configuration that was just written has its stamp only now.
            stamp = marker.stamp or compiling.source_stamp(marker.config)
            opening.write_marker(plan.site.common, marker._replace(stamp=stamp))
    return bool(wanted) or marker is not None


def _markers(plan: Plan) -> tuple[str, str]:
    return os.path.join(plan.site.common, MARKER), os.path.join(plan.state, "installed-copy.json")


def _text(installation: Installation) -> str:
    return json.dumps(encode(installation), sort_keys=True)


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
        if folder not in plan.own and folder not in plan.shared:
            _return_hooks(plan, folder)
    for scope in (claude_settings.LOCAL, claude_settings.SHARED):
        for path in planning.settings_paths(plan.site, scope, plan.environ):
            if path not in plan.own and look(path).kind == "file":
                plan.wanted[path] = plan.before_us(planning.SETTINGS, look(path), None)
    plan.wanted[os.path.join(plan.site.common, MARKER)] = ABSENT
    return _folders_of(plan.own) + _unneeded(plan)


def _return(plan: Plan, path: str, entry: ledger.Entry) -> None:
    now = look(path)
    if entry.role == planning.HOOKS:
        _return_hooks(plan, path)
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
    idle = [path for path in _folders_of(plan.shared) if not any(one.startswith(path + os.sep) for one in used)]
    for path in idle:
        del plan.shared[path]
    return idle


def _give_up_hooks(plan: Plan, folder: str, entry: ledger.Entry) -> None:
    rest = ledger.left(entry, plan.site.common, MARKER)
    if rest.users:
        plan.shared[folder] = rest
        plan.notes.append(
            f"{folder} keeps the hooks of PUCS: other repositories rely on them, in this one they do nothing"
        )
        return
    del plan.shared[folder]
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
    if not _holds_anything(state):
        shutil.rmtree(state)
        return ()
    stem = time.strftime(f"{state}-removed-%Y%m%dT%H%M%SZ", time.gmtime())
    aside, number = stem, 1
    while os.path.lexists(aside):
        number += 1
        aside = f"{stem}-{number}"
    os.rename(state, aside)
    return (f"the log and the copies of what agents wrote are kept in {aside}",)


def _holds_anything(state: str) -> bool:
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
