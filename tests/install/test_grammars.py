"""Where grammars are: hooks run without site-packages, and find each where `pucs init` found it."""

import json
import os
import sysconfig
from pathlib import Path

import pytest

from tests.install.conftest import Pucs
from tests.support import Client, Repo

READER = ("tree_sitter", "tree_sitter_bash")
GRAMMARS = ("python", "javascript", "typescript", "go", "rust", "java")
CODE = "def first():\n    a = 1\n    b = 2\n    return a + b\n\n\ndef last():\n    return 3\n"


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """What reads commands in one folder, the grammars of other languages in another, as an overlay would have them."""
    site = Path(sysconfig.get_path("purelib"))
    found = [tmp_path / "reader", tmp_path / "grammars"]
    for folder, names in zip(found, (READER, [f"tree_sitter_{name}" for name in GRAMMARS]), strict=True):
        folder.mkdir()
        for name in names:
            (folder / name).symlink_to(site / name)
    return found


@pytest.fixture
def installed(repo: Repo, pucs: Pucs, folders: list[Path]) -> Repo:
    repo.write("pucs_config.yaml", "locks: {partition: symbols, wait_seconds: 0}\n")
    repo.write("code.py", CODE)
    repo.commit("Code")
    assert pucs("init", PYTHONPATH=os.pathsep.join(map(str, folders))).status == 0
    return repo


def test_in_a_folder_of_their_own(installed: Repo, folders: list[Path]) -> None:
    marker = json.loads((installed.common / "pucs-installed.json").read_text())
    assert marker["libraries"] == [str(folder) for folder in folders]
    anna, ben = Client(installed, PUCS_AGENT_ID="anna"), Client(installed, PUCS_AGENT_ID="ben")
    try:
        assert anna.edit("code.py", "    a = 1\n", "    a = 10\n").silent
        assert ", in first." in ben.edit("code.py", "    return a + b\n", "    return a - b\n").reason
        assert ben.edit("code.py", "    return 3\n", "    return 4\n").silent
    finally:
        anna.close()
        ben.close()


def test_doctor_names_the_languages_that_are_missed(installed: Repo, pucs: Pucs, folders: list[Path]) -> None:
    assert "shared by symbols" not in pucs("doctor").stdout
    (folders[1] / "tree_sitter_go").unlink()
    (folders[1] / "tree_sitter_rust").unlink()
    ran = pucs("doctor")
    assert (
        "  note    files are to be shared by symbols, but those of go, rust cannot be read and are shared by lines: "
        "pip install 'pucs[symbols]', then pucs init\n" in ran.stdout
    )
    assert ran.status == 0
    installed.write("pucs_config.yaml", "locks: {partition: ranges}\n")
    assert pucs("init").status == 0
    assert "shared by symbols" not in pucs("doctor").stdout, "nobody asks for them"
