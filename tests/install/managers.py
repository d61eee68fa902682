"""Other people's hook managers, the real ones: found in a cache outside the checkout, or put there by npm."""

import os
import shutil
import subprocess
from pathlib import Path

import filelock
import pytest

from tests.e2e.installing import CACHE, real_home

PACKAGES = ("husky@9.1.7", "lefthook@2.2.2")


def npm_modules() -> Path:
    """The folder `node_modules` with husky and lefthook; the test is skipped where npm cannot bring them."""
    folder = CACHE / ("-".join(PACKAGES).replace("@", "-"))
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(CACHE / f"{folder.name}.lock"):
            if not (folder / "node_modules").is_dir():
                _install(folder)
    except (OSError, subprocess.SubprocessError) as error:
        words = getattr(error, "stderr", "") or str(error)
        pytest.skip(f"npm cannot install {' and '.join(PACKAGES)}: {words[-300:]}")
    return folder / "node_modules"


def _install(folder: Path) -> None:
    staging = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    (staging / "package.json").write_text('{"private": true}\n')
    subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *PACKAGES],
        cwd=staging,
        env={**os.environ, "HOME": str(real_home())},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    staging.rename(folder)
