"""How the suite comes by its client, with an npm of the test's own."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.installing import PACKAGE, VERSION, UnavailableError, find_or_install

NPM = f"""\
#!/bin/sh
echo npm >> "$RUNS"
mkdir -p {PACKAGE}/bin
printf '#!/bin/sh\\necho "{VERSION} (a client)"\\nexit\\n' > {PACKAGE}/bin/claude.exe
head -c 1100000 /dev/zero >> {PACKAGE}/bin/claude.exe
chmod +x {PACKAGE}/bin/claude.exe
"""


def put(folder: Path, **programs: str) -> None:
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH whose first folder is tmp_path/bin, and the file where its npm notes each run."""
    record = tmp_path / "runs"
    monkeypatch.setenv("RUNS", str(record))
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]]))
    return record


def test_the_first_installs_and_the_others_find(tmp_path: Path, runs: Path) -> None:
    put(tmp_path / "bin", npm=NPM, node="#!/bin/sh\n")
    cache = tmp_path / "cache"

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(find_or_install, [cache] * 4))

    assert found == {cache / f"claude-code-{VERSION}" / PACKAGE / "bin/claude.exe"}
    assert runs.read_text() == "npm\n"
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [f"claude-code-{VERSION}"]


@pytest.mark.parametrize(
    ("npm", "reason"),
    [
        pytest.param("#!/bin/sh\necho no network >&2\nexit 7\n", "npm exited 7: no network", id="npm-fails"),
        pytest.param("#!/bin/sh\n", "npm has no client for this platform", id="no-binary"),
        pytest.param(
            NPM.replace(VERSION, "0.0.1"),
            f"the installed client calls itself '0.0.1 (a client)', not {VERSION}",
            id="other-version",
        ),
    ],
)
def test_what_cannot_be_installed_says_why_and_leaves_nothing(
    tmp_path: Path, runs: Path, npm: str, reason: str
) -> None:
    put(tmp_path / "bin", npm=npm, node="#!/bin/sh\n")
    cache = tmp_path / "cache"

    with pytest.raises(UnavailableError) as caught:
        find_or_install(cache)

    assert str(caught.value) == reason
    assert [path.name for path in cache.iterdir() if path.is_dir()] == []


def test_without_npm_there_is_no_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnavailableError, match=r"^npm is not installed$"):
        find_or_install(tmp_path / "cache")
