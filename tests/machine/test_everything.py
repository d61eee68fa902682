"""Any sequence of everything, in three trees, against a model: see `playing.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES, LEAST = 750, 10_000


def test_any_sequence(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.machine.playing", str(tmp_path), str(EXAMPLES)]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) >= LEAST
