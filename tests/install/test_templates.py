"""What users copy works as it is."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from pucs.cli import parser
from pucs.config import guessing, loading
from pucs.install import git_hooks
from pucs.install.locations import HOOK_CODE, template, templates
from tests.install.conftest import run_pucs
from tests.support import ROOT, Repo


def test_all_are_found() -> None:
    assert {path.name for path in Path(templates()).iterdir()} == {
        "agent_brief.md",
        "pucs-check.yml",
        "pucs_config.yaml",
        "pucs_hook.sh",
        "pull_request_template.md",
    }


@pytest.mark.parametrize("name", ["agent_brief.md", "pull_request_template.md", "pucs-check.yml"])
def test_every_command_in_them_exists(name: str) -> None:
    for line in re.findall(r"(?:`|run: )(pucs [^`\n]+)", template(name)):
        words = shlex.split(line.replace("PATH", "a.py"))
        if words[1] in ("off", "uninstall"):
            words = words[:2]
        parser().parse_args(words[1:])


def test_the_workflow_judges_a_pull_request(repo: Repo) -> None:
    workflow = yaml.safe_load(template("pucs-check.yml"))
    (step,) = [one for one in workflow["jobs"]["conflict-check"]["steps"] if "pucs verify" in one.get("run", "")]
    assert all(value.startswith("${{ ") for value in step["env"].values())
    repo.write("pucs_config.yaml", 'streams:\n  db:\n    files_pattern: "db/**"\n  ui:\n    files_pattern: "ui/**"\n')
    base = repo.commit("Configure")
    repo.git("checkout", "-q", "-b", "feature/stream-db-rows")
    for path, status in (("db/rows.py", 0), ("ui/page.py", 1)):
        repo.write(path, "x = 1\n")
        head = repo.commit("[PUCS-db] feat: Change")
        variables = {"BASE": base, "HEAD": head, "BRANCH": "feature/stream-db-rows"}
        words = [
            word.replace("$BASE", base).replace("$HEAD", head).replace("$BRANCH", variables["BRANCH"])
            for word in shlex.split(step["run"])
        ]
        assert run_pucs(repo, *words[1:]).status == status


def test_the_configuration_is_the_default() -> None:
    assert loading.parse(guessing.default_config([]), "x") == loading.parse("", "x")


def test_the_shared_script_finds_a_repository_as_git_hooks_do() -> None:
    text = template("pucs_hook.sh")
    for line in git_hooks.FIND_COMMON.splitlines()[2:]:
        assert line in text
    assert HOOK_CODE in text
    assert git_hooks.MACHINE_FILE in text
    subprocess.run(["sh", "-n", ROOT / "templates/pucs_hook.sh"], check=True)
