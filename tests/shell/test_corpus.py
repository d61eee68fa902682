"""Commands that are really run: what the reading said before is held against what a walk of the tree finds after."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from pucs.shell import quick
from pucs.shell.reading import read
from tests.shell.corpus import READS, WRITES, Form, changed, furnish, picture
from tests.support import environment

LIBRARIES = (sysconfig.get_path("platlib"), sysconfig.get_path("purelib"))


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The furnished repository, to be copied for every command."""
    home = tmp_path_factory.mktemp("corpus")
    furnish(home / "repo", environment(home))
    return home


class Outcome:
    """One command that was read and then run."""

    def __init__(self, form: Form, model: Path, home: Path) -> None:
        shutil.copytree(model / "repo", home / "repo", symlinks=True)
        env = environment(home)
        env["PATH"] = os.path.dirname(sys.executable) + os.pathsep + env["PATH"]
        folder = home / "repo"
        if form.setup:
            subprocess.run(["bash", "-c", form.setup], cwd=folder, env=env, check=True, capture_output=True)
        before = picture(home)
        self.reading = read(form.command, str(folder), env, LIBRARIES)
        self.quick = quick.read_only(form.command)
        self.done = subprocess.run(
            ["bash", "-c", form.command],
            cwd=folder,
            env=env,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        self.changed = changed(before, picture(home))

    @property
    def missed(self) -> set[str]:
        """What changed and was not listed."""
        listed = set(self.reading.writes)
        below = tuple(folder.rstrip("/") + "/" for folder in self.reading.folders)
        return {path for path in self.changed if path not in listed and not path.startswith(below)}


def available(form: Form) -> Form:
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    missing = [name for name in form.needs if shutil.which(name, path=path) is None]
    if missing:
        pytest.skip(f"{form.name} needs {', '.join(missing)}")
    return form


@pytest.mark.parametrize("form", WRITES, ids=lambda form: form.name)
def test_what_a_command_writes_is_known_before_or_said_to_be_unknown(form: Form, model: Path, tmp_path: Path) -> None:
    outcome = Outcome(available(form), model, tmp_path)
    assert outcome.changed, outcome.done
    assert not outcome.reading.read_only
    assert not outcome.quick
    if form.opaque or form.name in UNKNOWN_BEFORE:
        assert outcome.missed, "it is known by now: take it off the list"
        assert outcome.reading.unknown, outcome.reading
    else:
        assert outcome.missed == set(), outcome.reading


@pytest.mark.parametrize("form", READS, ids=lambda form: form.name)
def test_a_command_that_only_reads_raises_no_alarm(form: Form, model: Path, tmp_path: Path) -> None:
    outcome = Outcome(available(form), model, tmp_path)
    assert outcome.changed == set()
    assert outcome.reading.writes == outcome.reading.folders == outcome.reading.git == ()
    assert outcome.reading.read_only, outcome.reading


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("make test", True),
        ("make -j4 fmt lint", True),
        ("make fmt install", False),
        ("make", False),
        ("npm test -- --watch=false", True),
        ("yarn run lint:js", True),
        ("npm install", False),
        ("npm run $SCRIPT", False),
        ("cargo fmt && cargo test && git commit -am x", True),
        ("black src/", True),
        ("python3 -mpytest -q", True),
        ("python3 -m pip install x", False),
        ("pytest; python3 generate.py", False),
        ("pytest > report.txt", True),
        ("echo x > report.txt", False),
    ],
)
def test_what_only_tests_tidies_or_commits(command: str, expected: bool, tmp_path: Path) -> None:
    assert read(command, str(tmp_path), environment(tmp_path), LIBRARIES).routine is expected


UNKNOWN_BEFORE = {
    "c-style for", "split by nobody knows", "for over a substitution", "git diff --output",
}  # fmt: skip
"""Forms whose targets the reading cannot know: it has to say so."""


def test_the_corpus_is_as_large_as_promised_and_mostly_known() -> None:
    opaque = sum(form.opaque for form in WRITES) + len(UNKNOWN_BEFORE)
    assert len(WRITES) >= 60
    assert len({form.name for form in WRITES}) == len(WRITES)
    assert len(READS) >= 40
    assert 1 - opaque / len(WRITES) >= 0.85
    assert sum(quick.read_only(form.command) for form in READS) >= 0.6 * len(READS)
