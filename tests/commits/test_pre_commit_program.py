"""Our hooks under the pre-commit program: as local hooks, and as its users get them."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.commits.conftest import HOOKS, as_person, commit, files, message, run
from tests.support import ROOT, Repo

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
PROGRAM = Path(sys.executable).with_name("pre-commit")

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="the pre-commit program is not installed")


@pytest.fixture
def managed(hooked: Repo) -> Repo:
    """A repository whose hooks are pre-commit's, which runs ours as the manifest describes them."""
    hooks = yaml.safe_load(MANIFEST.read_text())
    for hook in hooks:
        # What `language: python` does by an environment of its own, which cannot be fetched here.
        hook["entry"] = hook["entry"].replace("python -P", f"env PYTHONPATH={ROOT} {sys.executable} -P")
        hook["language"] = "system"
    hooked.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    hooked.git("add", ".pre-commit-config.yaml")
    hooked.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Configure")
    types = [f"--hook-type={name}" for name in HOOKS]
    for name in HOOKS:
        (hooked.common / "hooks" / name).unlink()
    env = {**hooked.env, "XDG_CACHE_HOME": str(hooked.root.parent / "cache")}
    subprocess.run([PROGRAM, "install", *types], cwd=hooked.root, env=env, check=True, capture_output=True)
    hooked.env["XDG_CACHE_HOME"] = env["XDG_CACHE_HOME"]
    return hooked


def test_the_manifest_is_valid():
    done = subprocess.run([PROGRAM, "validate-manifest", MANIFEST], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    stages = [stage for hook in yaml.safe_load(MANIFEST.read_text()) for stage in hook["stages"]]
    assert sorted(stages) == sorted(HOOKS)


def test_a_commit_gets_its_prefix_and_frees_its_locks(managed, client):
    me = client(managed)
    me.write("db/y.py", "1\n")
    me.write("db/later.py", "1\n")
    managed.git("add", "db/y.py")
    managed.write("README", "not staged\n")
    done = commit(me, "-m", "feat: Add y")
    assert done.status == 0, done
    assert message(managed) == "[PUCS-db] feat: Add y"
    assert files(managed) == ["db/y.py"]
    assert [event["file"] for event in managed.events("released")] == ["db/y.py"]
    assert managed.read("README") == "not staged\n"


def test_others_bytes_other_streams_and_wrong_subjects_are_refused(managed, client):
    other, me = client(managed), client(managed)
    other.write("db/theirs.py", "half\n")
    managed.write("ui/y.py", "1\n")
    managed.write("a.py", "changed, not staged\n")
    me.start()
    managed.git("add", "db", "ui")
    done = commit(me, "-m", "feat: All")
    assert done.status == 1
    assert "db/theirs.py: holds uncommitted changes of" in done.stdout + done.stderr
    assert "ui/y.py: belongs to stream ui" in done.stdout + done.stderr
    assert managed.read("a.py") == "changed, not staged\n"
    managed.git("reset", "-q")
    managed.write("db/mine.py", "1\n")
    managed.git("add", "db/mine.py")
    assert commit(me, "-m", "All").status == 1
    assert commit(me, "--no-verify", "-m", "All").status == 1
    assert commit(me, "-m", "feat: All").status == 0


def test_an_existing_subject_is_left_alone(managed):
    assert as_person(managed, "--amend", "--no-edit").status == 0
    assert message(managed) == "Configure"


def test_a_merge_passes(managed):
    managed.git("switch", "-q", "-c", "side", "HEAD~1")
    managed.write("ui/side.py", "1\n")
    managed.git("add", "-A")
    managed.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Side")
    managed.git("switch", "-q", "feature/stream-db-work")
    assert run(managed, "merge", "-q", "--no-edit", "side").status == 0
