"""Where this PUCS lives, and with which interpreter hooks and commands reach it."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from typing import NamedTuple

from pucs.errors import WorldError

HOOK_CODE = "import sys;sys.path.append(sys.argv[1]);exec(open(sys.argv[2]).read())"
"""How a hook's script is run: one that is not there exits 1, where `python missing.py` would exit 2 and block."""

RUN_CODE = "import sys;sys.path.insert(0,sys.argv.pop(1));from pucs.cli import main;sys.exit(main())"
"""How the `pucs` command is run from anywhere, whether its package is installed or a checkout."""

LAUNCHER = "pucs-run"
"""In the common git directory: a script that runs `pucs`, where its Python has none beside it."""

_READER = ("tree_sitter", "tree_sitter_bash")
"""The packages that read shell commands."""

_GRAMMARS = (
    "tree_sitter_python",
    "tree_sitter_javascript",
    "tree_sitter_typescript",
    "tree_sitter_go",
    "tree_sitter_rust",
    "tree_sitter_java",
)
"""The packages that, with the first of those, read the symbols of source files."""

# Builds the cache that hooks start from on the way, with the interpreter that will read it.
_PROBE = """import sys
if sys.version_info < (3, 11): sys.exit("it is Python %d.%d" % sys.version_info[:2])
sys.path.append(sys.argv[1])
from pucs import hookpath
hookpath.build()"""


_READER_PROBE = """import sys
sys.path.append(sys.argv[1])
from pucs.shell.grammar import bash_parser
sys.exit(bash_parser(sys.argv[2:]) is None)"""


_GRAMMARS_PROBE = """import sys
sys.path.append(sys.argv[1])
from pucs.code.grammars import LANGUAGES, parser_of
print(*(name for name in LANGUAGES if parser_of(name, sys.argv[2:]) is None))"""


class Location(NamedTuple):
    """One PUCS: the interpreter of its hooks, the folder above its package, and the folder of its hook scripts."""

    python: str
    root: str
    hooks: str


def here() -> Location:
    """The PUCS that runs now."""
    root = package_root()
    return Location(plain_python(), root, hooks_in(root))


def package_root() -> str:
    """The folder that contains the package."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def hooks_in(root: str) -> str:
    """The hook scripts of the PUCS in that folder: inside the package in a wheel, beside it in a checkout."""
    return _part(root, "_hooks", "hooks")


def templates() -> str:
    """The folder of the templates, likewise."""
    return _part(package_root(), "_templates", "templates")


def template(name: str) -> str:
    """The text of one template."""
    with open(os.path.join(templates(), name), encoding="utf-8") as file:
        return file.read()


def plain_python() -> str:
    """The interpreter that hooks run: this one, outside any virtual environment, so that no environment can vanish.

    Its name is kept as the system writes it (`/usr/bin/python3`): what it points to changes with every update.
    """
    given = os.path.abspath(getattr(sys, "_base_executable", "") or sys.executable)
    return os.path.realpath(given) if _in_environment(given) else given


def check(location: Location) -> None:
    """Makes ready for hooks to start fast; raises WorldError unless they can, with the standard library alone."""
    command = [location.python, "-I", "-S", "-c", _PROBE, location.root]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WorldError(f"{location.python} cannot be run: {error}", "Install PUCS with another Python.") from None
    if done.returncode != 0:
        words = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise WorldError(f"hooks cannot run with {location.python}: {words[-1]}", "PUCS needs Python 3.11 or newer.")


def shell_command() -> str:
    """What an agent types to run this `pucs`: the bare name only where every shell finds it; "" without a script."""
    script = shutil.which("pucs")
    beside = os.path.join(os.path.dirname(os.path.abspath(sys.executable)), "pucs")
    if not os.access(beside, os.X_OK):
        return ""
    if script and os.path.samefile(script, beside) and not _in_environment(beside):
        return "pucs"
    return shlex.quote(beside)


def launcher() -> str:
    """The text of such a script."""
    return f'#!/bin/sh\n# Runs the PUCS of this repository; written by `pucs init`.\nexec {shlex.join(runner())} "$@"\n'


def runner() -> list[str]:
    """The `pucs` command of this installation as a process, with the interpreter that has its dependencies."""
    return [os.path.abspath(sys.executable), "-c", RUN_CODE, package_root()]


def libraries() -> tuple[str, ...]:
    """The folders that hold the packages which read shell commands and source files, as far as they are installed."""
    found = [importlib.util.find_spec(name) for name in (*_READER, *_GRAMMARS)]
    folders = [os.path.dirname(os.path.dirname(spec.origin)) for spec in found if spec is not None and spec.origin]
    return tuple(dict.fromkeys(folders))


def reads_commands(python: str, root: str, folders: tuple[str, ...]) -> bool:
    """Whether hooks that run with this interpreter can read shell commands with what is in these folders."""
    command = [python, "-I", "-S", "-c", _READER_PROBE, root, *folders]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def unread_languages(python: str, root: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """The languages whose symbols hooks that run with this interpreter cannot read with what is in these folders."""
    command = [python, "-I", "-S", "-c", _GRAMMARS_PROBE, root, *folders]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(done.stdout.split())


def _part(root: str, inside: str, beside: str) -> str:
    folder = os.path.join(root, "pucs", inside)
    return folder if os.path.isdir(folder) else os.path.join(root, beside)


def _in_environment(executable: str) -> bool:
    """Whether the interpreter or script belongs to a virtual environment."""
    folder = os.path.dirname(executable)
    return any(os.path.exists(os.path.join(place, "pyvenv.cfg")) for place in (folder, os.path.dirname(folder)))
