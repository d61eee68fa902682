"""The picture in docs/architecture.md holds: contracts of .importlinter, sizes, and who may run git or read a clock."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

PACKAGE = ROOT / "pucs"
CONTRACTS = ROOT / ".importlinter"
LONGEST_MODULE, LONGEST_FUNCTION = 300, 50
BOOTSTRAP = {"__init__", "__main__", "hookpath"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.argv[1:] = ['--no-cache']; lint_imports_command()"
    env = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_imports_keep_every_contract() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("model.py", "from pucs import locks", "Imports point down"),
        ("locks.py", "from pucs import notices", "Imports point down"),
        ("state/log.py", "from pucs.git import locate", "Imports point down"),
        ("hosts/door.py", "from pucs import cli", "Imports point down"),
        ("brand_new.py", "", "Imports point down"),
        ("locks.py", "import os", "are pure"),
        ("edit_gate.py", "def when():\n    from time import time\n    return time()", "are pure"),
        ("client/edits.py", "from pucs.state.files import FileStore", "Backends of the state"),
        ("hosts/door.py", "import yaml", "nothing but the standard library"),
    ],
)
def test_a_broken_rule_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "pucs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CONTRACTS, tmp_path)
    with (tmp_path / "pucs" / module).open("a") as file:
        file.write(f"\n{line}\n")

    done = lint(tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    broken = said[said.index("Broken contracts") :] if "Broken contracts" in said else said
    assert contract in broken


def test_every_pure_module_is_under_the_contract_of_purity() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(CONTRACTS)
    named = contracts["importlinter:contract:pure"]["source_modules"].split()
    assert named == sorted(f"pucs.{path.stem}" for path in PACKAGE.glob("*.py") if path.stem not in BOOTSTRAP)


def test_times_formats_moments_and_asks_for_none() -> None:
    tree = ast.parse((PACKAGE / "times.py").read_text())
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time"
    }
    assert used <= {"gmtime", "strftime"}


def test_modules_and_functions_stay_short() -> None:
    long = {}
    for path in modules():
        text = path.read_text()
        if text.count("\n") >= LONGEST_MODULE:
            long[label(path)] = text.count("\n")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) >= LONGEST_FUNCTION:
                long[f"{label(path)}:{node.name}"] = length(node)
    assert long == {}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its lines without decorators, signature and docstring."""
    body = function.body[1 if ast.get_docstring(function) is not None else 0 :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_every_module_says_what_it_is_for() -> None:
    assert [label(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_the_picture_names_every_module_and_folder_of_the_package() -> None:
    picture = (ROOT / "docs/architecture.md").read_text()
    files = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    folders = {path.parent.name + "/" for path in PACKAGE.glob("*/__init__.py")}
    assert {name for name in files | folders if f"`{name}`" not in picture} == set()


def test_only_the_git_folder_runs_git() -> None:
    # The demo plays people and agents who type git themselves; nothing else may.
    runs_git = re.compile(r"""\[\s*["']git["']|^\s*(?:import|from) git\b""", re.MULTILINE)
    found = {label(path) for path in modules() if runs_git.search(path.read_text())}
    assert {path for path in found if not path.startswith("pucs/git/")} <= {"pucs/cli/scene.py"}
