"""`pucs demo`: the scene comes from the installed hooks, and nothing of it stays."""

import os
from pathlib import Path

from tests.install.conftest import run_pucs
from tests.support import Repo


def test_the_scene(repo: Repo, tmp_path: Path) -> None:
    stage = tmp_path / "stage"
    stage.mkdir()
    ran = run_pucs(repo, "demo", "--fast", TMPDIR=str(stage))
    assert (ran.status, ran.stderr) == (0, "")
    assert "is being changed by" in ran.stdout
    assert os.listdir(stage) == []


def test_it_may_be_kept(repo: Repo, tmp_path: Path) -> None:
    stage = tmp_path / "stage"
    stage.mkdir()
    assert run_pucs(repo, "demo", "--fast", "--keep", TMPDIR=str(stage)).status == 0
    [folder] = stage.iterdir()
    assert (folder / "shop/.git/pucs-installed.json").exists()
