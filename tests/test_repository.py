"""The checkout and what is built from it: clean by its own tools, whole in a wheel, of no particular machine."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from pucs import __version__
from tests.support import ROOT, environment

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def run(*command: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False)


def tracked() -> list[Path]:
    done = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if done.returncode != 0:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize(
    "arguments",
    [("-m", "ruff", "check", "--no-cache"), ("-m", "ruff", "format", "--check", "--no-cache"), ("-m", "mypy")],
)
def test_the_checkout_is_clean_by_its_own_tools(arguments: tuple[str, ...]) -> None:
    done = run(sys.executable, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_lint_rule_left_out_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("\nignore = [") : text.index("\n]", text.index("\nignore = ["))]
    assert [line for line in block.splitlines()[2:] if "#" not in line] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("pucs-*.whl")
    assert built.name == f"pucs-{__version__}-py3-none-any.whl"
    return zipfile.ZipFile(built).namelist()


def test_the_wheel_carries_hooks_and_templates(wheel: list[str]) -> None:
    for folder, inside in (("hooks", "pucs/_hooks"), ("templates", "pucs/_templates"), ("pucs", "pucs")):
        own = {path.relative_to(ROOT / folder).as_posix() for path in tracked() if path.is_relative_to(ROOT / folder)}
        assert own
        assert {f"{inside}/{name}" for name in own} <= set(wheel)


def test_the_wheel_carries_nothing_else(wheel: list[str]) -> None:
    assert [name for name in wheel if not name.startswith(("pucs/", f"pucs-{__version__}.dist-info/"))] == []
    assert [name for name in wheel if "__pycache__" in name] == []


def test_one_version_everywhere() -> None:
    assert PROJECT["project"]["version"] == __version__
    manifest = json.loads((ROOT / ".claude-plugin/plugin.json").read_text())
    assert manifest["version"] == __version__


def test_hooks_come_from_no_other_place() -> None:
    settings = json.loads((ROOT / ".claude/settings.json").read_text())
    assert "hooks" not in settings


def test_pre_commit_takes_local_hooks_only() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    done = run(sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_our_own_gates_are_among_our_pre_commit_hooks() -> None:
    own = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    here = {hook["id"]: hook for hook in own}
    for hook in offered:
        for key in ("stages", "always_run", "pass_filenames", "require_serial"):
            assert here[hook["id"]].get(key) == hook.get(key), (hook["id"], key)
        assert here[hook["id"]]["entry"].endswith(f"hooks/git_hook.py {hook['entry'].split()[-1]}")


def test_no_file_names_a_place_of_some_machine() -> None:
    # Spelt in parts, so that this file does not name them either.
    places = ["/" + "root/", "/" + "work/", "registry." + "npmjs", "pypi" + ".org", "files." + "pythonhosted"]
    places += [place for place in (str(ROOT), str(Path.home()), os.uname().nodename) if len(place) > len("/home")]
    found = [
        (path.relative_to(ROOT).as_posix(), place) for path in tracked() for place in places if place in text_of(path)
    ]
    homes = [
        (path.relative_to(ROOT).as_posix(), match[0])
        for path in tracked()
        for match in re.finditer("/" + r"(?:home|Users)/(?!dev\b|user\b|you\b)[a-z]\w+", text_of(path))
    ]
    assert found + homes == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout's files, in a folder whose name has a space."""
    copy = tmp_path / "a checkout"
    for path in tracked():
        (copy / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy / path.relative_to(ROOT))
    return copy


def make(checkout: Path, *arguments: str, cwd: Path, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """`make -C checkout`, typed in `cwd` by somebody with an empty home."""
    home.mkdir(exist_ok=True)
    pip = {
        name: value
        for name, value in os.environ.items()
        if name.upper().startswith(("PIP_", "HTTP", "SSL", "NO_PROXY"))
    }
    whole = {**environment(home), **pip, "PWD": str(cwd), **env}
    command = ["make", "--no-print-directory", "-C", str(checkout), *arguments]
    return subprocess.run(command, cwd=cwd, env=whole, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_make_guard_sets_up_guards_and_proves(checkout: Path, tmp_path: Path) -> None:
    repository, home = tmp_path / "my shop", tmp_path / "home"
    env = environment(home)
    subprocess.run(["git", "init", "-q", str(repository)], check=True, env=env)
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(
        ["git", *identity, "commit", "-q", "--allow-empty", "-m", "Begin"], cwd=repository, check=True, env=env
    )

    first = make(checkout, "guard", "REPO=my shop", cwd=tmp_path, home=home)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "proven  edit gate" in first.stdout
    assert "proven  commit gate" in first.stdout
    assert (repository / ".claude/settings.local.json").exists()
    assert (checkout / ".venv/bin/pucs").exists()

    stamps = {path: path.stat().st_mtime_ns for path in (checkout / ".venv").glob("ready-*")}
    second = make(checkout, "guard", "REPO=my shop", cwd=tmp_path, home=home)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "nothing had to change" in second.stdout
    assert "Installing" not in second.stdout
    assert {path: path.stat().st_mtime_ns for path in (checkout / ".venv").glob("ready-*")} == stamps

    sample = make(checkout, "guard", cwd=tmp_path, home=home, TMPDIR=str(tmp_path))
    assert sample.returncode == 0, sample.stdout + sample.stderr
    (made,) = tmp_path.glob("pucs-sample-*")
    assert str(made) in sample.stdout
    assert "proven  commit gate" in sample.stdout


@pytest.mark.parametrize(
    ("python", "reason"),
    [("/nowhere/python3", "/nowhere/python3 is not there"), ("old", "is Python 3.9"), ("bare", "has no venv module")],
)
def test_a_python_that_will_not_do_is_named(checkout: Path, tmp_path: Path, python: str, reason: str) -> None:
    for name, version, complete in (("old", "(3, 9)", "pass"), ("bare", "(3, 12)", "sys.modules['venv'] = None")):
        code = f"import sys; sys.version_info = {version}; {complete}; sys.argv = sys.argv[2:]"
        runner = (
            f'#!/bin/sh\nexec "{sys.executable}" -c "{code}; exec(sys.argv.pop(0))" -- "${{2:-}}" "$2" "${{3:-}}"\n'
        )
        (tmp_path / name).write_text(runner)
        (tmp_path / name).chmod(0o755)
    chosen = python if python.startswith("/") else str(tmp_path / python)

    done = make(checkout, "guard", f"PYTHON={chosen}", cwd=tmp_path, home=tmp_path / "home")

    assert done.returncode != 0
    assert "PUCS needs Python 3.11 or newer" in done.stderr
    assert reason in done.stderr
    assert "PYTHON=/path/to/python3.11" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_machine_without_git_is_told_so(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("make", "sh", "dirname", "cksum", "cat", "tail"):
        (tools / name).symlink_to(str(shutil.which(name)))
    done = make(checkout, "test", cwd=tmp_path, home=tmp_path / "home", PATH=str(tools))
    assert done.returncode != 0
    assert "git is not installed" in done.stderr


def test_ci_runs_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"^make test ", script, re.MULTILINE)
    assert run("bash", "-n", ".ci/run").returncode == 0
