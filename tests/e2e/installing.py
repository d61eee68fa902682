"""The pinned client: found in a cache outside the checkout, or put there by npm."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import filelock

VERSION = "2.1.330"
PACKAGE = Path("node_modules/@anthropic-ai/claude-code")
STUB_SIZE = 1_000_000  # npm leaves a script of a few lines where the platform has no binary


class UnavailableError(Exception):
    """The client cannot be had on this machine; the message says why."""


def real_home() -> Path:
    """The user's own home, whatever HOME says: tests replace that."""
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return Path.home()


CACHE = Path(os.environ.get("PUCS_TEST_CACHE") or real_home() / ".cache/pucs-test")


def find_or_install(cache: Path = CACHE) -> Path:
    """The binary of the pinned client; the first of several processes installs it, the others wait."""
    folder = cache / f"claude-code-{VERSION}"
    if _is_complete(folder):
        return _binary(folder)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(cache / f"{folder.name}.lock"):
            if not _is_complete(folder):
                _install(folder)
    except OSError as error:
        raise UnavailableError(f"the cache {cache} cannot be used: {error}") from error
    return _binary(folder)


def _binary(folder: Path) -> Path:
    return folder / PACKAGE / "bin/claude.exe"  # the name on every platform


def _is_complete(folder: Path) -> bool:
    try:
        return _binary(folder).stat().st_size > STUB_SIZE
    except FileNotFoundError:
        return False


def _install(folder: Path) -> None:
    """Installs beside the folder and renames, so that a folder that is there is a whole one."""
    staging = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        _fill(staging)
        shutil.rmtree(folder, ignore_errors=True)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _fill(folder: Path) -> None:
    (folder / "package.json").write_text('{"private": true}\n')
    # The package's own script links the binary; run apart, it works under any script policy of npm.
    _run(["npm", "install", "--ignore-scripts", f"@anthropic-ai/claude-code@{VERSION}"], folder)
    _run(["node", str(PACKAGE / "install.cjs")], folder)
    if not _is_complete(folder):
        raise UnavailableError("npm has no client for this platform")
    printed = _run([str(_binary(folder)), "--version"], folder)
    if not printed.startswith(f"{VERSION} "):
        raise UnavailableError(f"the installed client calls itself {printed!r}, not {VERSION}")


def _run(command: list[str], folder: Path) -> str:
    quiet = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_fetch_retries": "1"}
    environ = {**os.environ, **quiet, "HOME": str(real_home()), "DISABLE_AUTOUPDATER": "1"}
    name = os.path.basename(command[0])
    try:
        done = subprocess.run(
            command, cwd=folder, env=environ, check=False, text=True, capture_output=True, timeout=900
        )
    except FileNotFoundError as error:
        raise UnavailableError(f"{name} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"{name} did not finish within {error.timeout} s") from error
    if done.returncode != 0:
        raise UnavailableError(f"{name} exited {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()
