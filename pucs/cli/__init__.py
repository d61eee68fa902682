"""The `pucs` command: one module a family of commands, errors to exit codes in one place."""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import traceback
from importlib import import_module

from pucs import __version__
from pucs.cli import complaining
from pucs.errors import PucsError, WorldError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FAMILIES = (
    "installing", "showing", "locking", "waiting", "messaging", "partitioning", "committing", "undoing", "switching",
    "checking", "demonstrating", "tasking", "handing", "coordinating", "asking", "announcing", "impacting",
    "resources",
)  # fmt: skip

EPILOG = """exit codes: 0 fine, 1 refused by the rules, 2 wrong use, 3 the world failed (disk, git, a process),
4 a bug in PUCS, 130 interrupted"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code; never raises but SystemExit for --help and wrong use."""
    words = list(sys.argv[1:] if argv is None else argv)
    complaining.begin(words)
    try:
        _prepare_streams()
        arguments = parser().parse_args(words)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except PucsError as error:
        return _failed(error)
    except KeyboardInterrupt:
        return complaining.failed("interrupted", "", 130)
    except BrokenPipeError:
        # The reader went away (`pucs log | head`): nothing is wrong, and nothing more can be said.
        _silence_stdout()
        return 0
    except OSError as error:
        return _failed(_refused_by_the_system(error))
    except Exception as error:  # noqa: BLE001 - the one place where everything is caught
        said = f"{type(error).__name__}: {error}. The report is in {_report()}; please send it."
        return complaining.failed(f"a bug in PUCS: {said}", "", 4)
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = complaining.Parser(
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


def _prepare_streams() -> None:
    """Makes every text printable: on a stream that was closed, and where the encoding lacks a character of a path."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # Also keeps the next file that is opened from becoming descriptor 1 or 2.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _failed(error: PucsError) -> int:
    return complaining.failed(str(error), error.hint, error.exit_code)


def _refused_by_the_system(error: OSError) -> WorldError:
    """What the operating system refused, with a way on: the folder left, the disk full, no right to write."""
    try:
        os.getcwd()
    except OSError:
        return WorldError("the current folder is gone", "go to a folder that exists, and run this again")
    try:
        sys.stdout.flush()
    except OSError:
        _silence_stdout()
    place = f": {error.filename}" if error.filename else ""
    return WorldError(f"the system refused: {error.strerror or error}{place}", "mend that, then run this again")


def _silence_stdout() -> None:
    """Keeps the interpreter from failing over what it cannot print any more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report() -> str:
    with tempfile.NamedTemporaryFile("w", prefix="pucs-bug-", suffix=".txt", delete=False) as file:
        file.write(f"PUCS {__version__}, Python {sys.version}\n{traceback.format_exc()}")
        return file.name
