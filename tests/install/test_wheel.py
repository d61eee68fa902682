"""PUCS installed from its wheel, in an environment of its own: hooks and templates come along."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.install.conftest import drop_what_was_kept, picture
from tests.support import ROOT, Repo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and with the dependencies of the one that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pucs", "hooks", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, check=True, capture_output=True, cwd=source)
    (wheel,) = folder.glob("*.whl")
    shutil.rmtree(source / "pucs")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv/bin/python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True, cwd=folder)
    site = next((folder / "venv/lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv"


def pucs(environment: Path, repo: Repo, *arguments: str) -> str:
    """Runs the installed command; it must succeed."""
    done = subprocess.run(
        [environment / "bin/pucs", *arguments], cwd=repo.root, env=repo.env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done
    return done.stdout


def test_from_init_to_uninstall(environment: Path, repo: Repo) -> None:
    before = picture(repo.root.parent)
    pucs(environment, repo, "init")
    marker = json.loads((repo.common / "pucs-installed.json").read_text())
    assert marker["root"] == str(next((environment / "lib").glob("python*/site-packages")))
    assert marker["command"] == str(environment / "bin/pucs")
    assert not marker["python"].startswith(str(environment))
    assert marker["libraries"] == [sysconfig.get_path("purelib")]
    settings = (repo.root / ".claude/settings.local.json").read_text()
    assert f"{marker['root']}/pucs/_hooks/pre_tool_use.py" in settings
    assert str(ROOT) not in settings
    assert "files_pattern" in repo.read("pucs_config.yaml")
    assert pucs(environment, repo, "doctor").count("proven ") == 2
    assert "nothing had to change" in pucs(environment, repo, "init")
    pucs(environment, repo, "uninstall")
    drop_what_was_kept(repo.common)
    assert picture(repo.root.parent) == before


def test_shared_settings(environment: Path, repo: Repo) -> None:
    pucs(environment, repo, "init", "--shared")
    assert pucs(environment, repo, "doctor").count("proven ") == 2


def test_hooks_outlive_the_interpreter_of_the_environment(environment: Path, repo: Repo) -> None:
    pucs(environment, repo, "init")
    hidden = environment / "bin.gone"
    os.rename(environment / "bin", hidden)
    try:
        repo.write("b.py", "b = 2\n")
        environ = {**repo.env, "PUCS_AGENT_ID": "bob"}
        done = subprocess.run(
            ["git", "commit", "-q", "-a", "-m", "Change"], cwd=repo.root, env=environ, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
    finally:
        os.rename(hidden, environment / "bin")
