"""The `pucs` command: one module a family of commands, errors to exit codes in one place."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from importlib import import_module

from pucs import __version__
from pucs.errors import PucsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FAMILIES = ("installing", "showing", "locking", "switching", "checking", "demonstrating")

EPILOG = """exit codes: 0 fine, 1 refused by the rules, 2 wrong use, 3 the world failed (disk, git, a process),
4 a bug in PUCS, 130 interrupted"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code; never raises but SystemExit for --help and wrong use."""
    try:
        arguments = parser().parse_args(argv)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except PucsError as error:
        _say(f"pucs: {error}")
        if error.hint:
            _say(f"  {error.hint}")
        return error.exit_code
    except KeyboardInterrupt:
        _say("pucs: interrupted")
        return 130
    except BrokenPipeError:
        # The reader went away (`pucs log | head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the one place where everything is caught
        _say(f"pucs: a bug in PUCS: {type(error).__name__}: {error}. The report is in {_report()}; please send it.")
        return 4
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="pucs",
        description="PUCS: several coding agents in one git repository, and nothing is lost.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"pucs {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for family in FAMILIES:
        import_module(f"pucs.cli.{family}").add(commands)
    return top


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _report() -> str:
    with tempfile.NamedTemporaryFile("w", prefix="pucs-bug-", suffix=".txt", delete=False) as file:
        file.write(f"PUCS {__version__}, Python {sys.version}\n{traceback.format_exc()}")
        return file.name
