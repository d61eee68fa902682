"""Guarding a repository and giving it back: `init`, `uninstall`, and the configuration compiled for the hooks."""

from __future__ import annotations

import json
import os
import time

from pucs.client import boards, planning
from pucs.client.callers import refuse_agents
from pucs.client.planning import Plan
from pucs.client.sites import Site, site_at
from pucs.config import compiling, guessing, loading
from pucs.errors import ConfigError, Refusal, UsageError
from pucs.git import worktrees
from pucs.install import claude_settings, locations, state_files
from pucs.install.changes import look
from pucs.install.exclusion import exclusive
from pucs.install.locations import Location
from pucs.installation import Installation, encode
from pucs.model import Event
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
    _refuse_sudo(site, environ)
    refuse_agents(site.home, environ, "init")
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
            trees=_trees_with_hooks(site, hooks),
            libraries=locations.libraries(),
        )
        changed = planning.carry_out(plan, None if old is not None and _text(now) == _text(old) else now)
        boards.bring_in_configured(opening.open_store(site.common), now.config)
    return Done(now.session, changed, tuple(plan.notes))


def compile_config(common: str) -> Installation | None:
    """Compiles a changed configuration; one that is wrong or gone leaves the last good one in force, and says so."""
    with exclusive(common):
        old = opening.installed(common)
        if old is None or not old.config:
            return old
        new = _compiled(old)
        if new != old:
            opening.write_marker(common, new)
            boards.bring_in_configured(opening.open_store(common), new.config)
        return new


def renew_hooks(folder: str, environ: Mapping[str, str]) -> list[str]:
    """Brings git hooks back that somebody overwrote, and into new trees with a folder of their own; gives the files."""
    site = site_at(folder)
    with exclusive(site.common):
        old = opening.installed(site.common)
        if old is None or not old.python:
            return []
        plan = Plan(site, environ)
        hooks = plan.hooks(Location(old.python, old.root, locations.hooks_in(old.root)))
        others = [entry for entry in old.entries if os.path.dirname(entry[0]) not in {*old.hooks, *hooks}]
        new = old._replace(hooks=hooks, trees=_trees_with_hooks(site, hooks), entries=(*others, *plan.protected))
        changed = [path for path, shape in plan.wanted.items() if look(path) != shape]
        planning.carry_out(plan, None if _text(new) == _text(old) else new)
    if changed:
        opening.open_store(site.common).append((Event("pucs", None, "hooks_renewed", {"files": changed}),))
    return changed


def _refuse_sudo(site: Site, environ: Mapping[str, str]) -> None:
    owner = str(os.stat(site.common).st_uid)
    if os.geteuid() == 0 and owner != "0" and environ.get("SUDO_UID") == owner:
        raise UsageError("this repository is yours, and what sudo makes would be root's", "Run it without sudo.")


def _trees_with_hooks(site: Site, hooks: tuple[str, ...]) -> tuple[str, ...]:
    return () if all(folder.startswith(site.common + os.sep) for folder in hooks) else site.trees


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
    path = installation.config
    if os.path.dirname(path) not in plan.site.trees:  # the first time, or the repository was moved
        path = os.path.join(plan.site.called, CONFIG)
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


def _text(installation: Installation) -> str:
    return json.dumps(encode(installation), sort_keys=True)
