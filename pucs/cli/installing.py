"""`pucs init`, `pucs uninstall`, `pucs doctor`: guarding a repository, giving it back, and finding what is wrong."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from pucs.client import installing, uninstalling
from pucs.client.refreshing import compiled
from pucs.client.sites import site_at
from pucs.install.claude_settings import SHARED, USER
from pucs.state.opening import FOLDER

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the family."""
    init = commands.add_parser("init", help="guard a repository; again: bring it up to date")
    init.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder in the repository (default: .)")
    init.add_argument("--session", default="", metavar="ID", help="PUCS-YYYYMMDD-NNN; the next of today by default")
    where = init.add_mutually_exclusive_group()
    where.add_argument(
        "--user",
        action="store_const",
        const=USER,
        dest="scope",
        default="",
        help="put the hooks into your own Claude Code settings, for all repositories",
    )
    where.add_argument(
        "--shared",
        action="store_const",
        const=SHARED,
        dest="scope",
        help="put them into .claude/settings.json, to be committed; without PUCS they do nothing",
    )
    init.set_defaults(run=_init)

    uninstall = commands.add_parser("uninstall", help="give every file back as it was (for people)")
    uninstall.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder in the repository")
    uninstall.set_defaults(run=_uninstall)

    doctor = commands.add_parser("doctor", help="find what is wrong, and prove both gates")
    doctor.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder in the repository")
    doctor.add_argument("--repair", action="store_true", help="set damaged state aside and mend what can be mended")
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    doctor.set_defaults(run=_doctor)

    # Not for people: hooks run it in the background when the configuration changed or a git hook was overwritten.
    compile_ = commands.add_parser("compile")
    compile_.add_argument("path", nargs="?", default=".")
    compile_.set_defaults(run=_compile)


def _init(arguments: argparse.Namespace) -> int:
    wish = installing.Wish(arguments.session, arguments.scope)
    done = installing.init(arguments.path, wish, os.environ)
    state = "is guarded now" if done.changed else "is guarded already, and nothing had to change"
    _say(f"{os.path.abspath(arguments.path)} {state} (session {done.session}).")
    _print_notes(done.notes)
    if done.changed:
        _say("Open Claude Code sessions take the hooks over by themselves. Prove it: pucs doctor")
    return 0


def _uninstall(arguments: argparse.Namespace) -> int:
    done = uninstalling.uninstall(arguments.path, os.environ)
    if done.changed:
        _say(f"{os.path.abspath(arguments.path)} is no longer guarded.")
    _print_notes(done.notes)
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from pucs.client import diagnosing  # noqa: PLC0415 - the other commands start faster without

    report = diagnosing.examine(arguments.path, os.environ, repair=arguments.repair)
    if arguments.json:
        _say(json.dumps(report.plain(), indent=2))
    else:
        _say(report.text().rstrip("\n"))
    return report.exit_code


def _compile(arguments: argparse.Namespace) -> int:
    site = site_at(arguments.path)
    try:
        installing.compile_config(site.common)
        installing.renew_hooks(arguments.path, os.environ)
    finally:
        compiled(os.path.join(site.common, FOLDER))
    return 0


def _print_notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        _say(f"  note: {note}")


def _say(text: str) -> None:
    # A path may be no text.
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))
