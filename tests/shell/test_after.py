"""Every write form between its two hooks: a walk of the tree says what changed, and none of it may be missed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pucs.model import FOREIGN, RAN, UNATTRIBUTED, WROTE
from pucs.state import journal
from tests.shell.corpus import WRITES, Form, furnish, picture
from tests.support import Client, Repo, environment

ACCOUNTED = (RAN, FOREIGN, UNATTRIBUTED, WROTE)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("after")
    furnish(home / "repo", environment(home))
    return home / "repo"


@pytest.mark.parametrize("form", WRITES, ids=lambda form: form.name)
def test_nothing_that_a_command_wrote_is_missed(form: Form, furnished: Path, tmp_path: Path) -> None:
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    missing = [name for name in form.needs if shutil.which(name, path=path) is None]
    if missing:
        pytest.skip(f"{form.name} needs {', '.join(missing)}")
    shutil.copytree(furnished, tmp_path / "repo", symlinks=True)
    repo = Repo(tmp_path / "repo", {**environment(tmp_path), "PATH": path}).guard()
    if form.setup:
        subprocess.run(["bash", "-c", form.setup], cwd=repo.root, env=repo.env, check=True, capture_output=True)
    client = Client(repo)
    try:
        before = contents_of(repo.root)
        assert not client.run(form.command).denied
        now = contents_of(repo.root)
    finally:
        client.close()
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    view = repo.store.read()
    locked = {name for name in changed if view.path(name).tree(".").locks}
    noted = {one.path for one in journal.entries(str(repo.state)) if one.reason in ACCOUNTED}
    assert changed <= locked | noted


def contents_of(root: Path) -> dict[str, bytes]:
    """The content of every file below the root, as a walk finds it."""
    return {os.path.relpath(name, root): data for name, (_, data) in picture(root).items()}
