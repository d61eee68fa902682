"""Exit codes: 0 fine, 1 refused, 2 wrong use, 3 the world failed, 4 a bug, 130 Ctrl-C; and no traceback, ever."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Pucs, in_shell
from tests.support import ROOT, Repo

READING = ("status", "locks", "log", "why a.py", "status --json")


@pytest.mark.parametrize(
    "command", ["", "bogus", "lock", "wait", "why", "init a b", "log --since", "lock a.py --bogus"]
)
def test_wrong_use(pucs: Pucs, command: str) -> None:
    ran = pucs(*command.split())
    assert (ran.status, ran.stdout) == (2, "")
    assert "usage: pucs" in ran.stderr


@pytest.mark.parametrize(
    "command", ["status", "locks", "log", "why a.py", "lock a.py", "unlock", "adopt a.py", "wait t1"]
)
def test_where_nobody_guards(repo: Repo, command: str) -> None:
    ran = in_shell(repo, f"$pucs {command}")
    assert ran.status == 2
    assert "PUCS does not guard" in ran.stderr
    assert "pucs init" in ran.stderr


@pytest.mark.parametrize("command", [*READING, "init", "doctor", "uninstall", "check --files a.py"])
def test_a_folder_that_is_gone(guarded: Repo, command: str) -> None:
    ran = in_shell(guarded, f"mkdir gone; cd gone; rmdir ../gone; $pucs {command}")
    assert ran.status == 3
    assert ran.stderr.startswith("pucs: the current folder is gone")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", READING)
def test_an_output_that_takes_nothing_more(client, guarded: Repo, command: str) -> None:
    client().write("a.py", "anna\n")
    ran = in_shell(guarded, f"$pucs {command} >/dev/full")
    assert ran.status == 3
    assert "No space left on device" in ran.stderr
    assert "bug" not in ran.stderr


@pytest.mark.parametrize("command", [*READING, "lock b.py", "doctor"])
def test_an_output_that_was_closed(client, guarded: Repo, command: str) -> None:
    client().write("a.py", "anna\n")
    ran = in_shell(guarded, f"$pucs {command} >&-")
    assert ran.status == (1 if command == "doctor" else 0), ran  # nothing but the marker is installed here
    assert ran.stderr == ""


def test_a_reader_that_went_away(client, guarded: Repo) -> None:
    client().write("a.py", "anna\n")
    ran = in_shell(guarded, "$pucs status --json | head -c 1")
    assert (ran.status, ran.stdout, ran.stderr) == (0, "{", "")


@pytest.mark.parametrize("env", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "utf-8:strict"}])
def test_a_terminal_that_lacks_a_character(client, guarded: Repo, pucs: Pucs, env: dict[str, str]) -> None:
    anna = client()
    names = ["käse.py", "\N{SNOWMAN}.py", os.fsdecode(b"caf\xe9.py")]
    for name in names:
        anna.write(name, "x\n")
    for command in (["status"], ["locks"], ["log"], ["why", names[0]], ["check", "--files", *names]):
        ran = pucs(*command, **env)
        assert (ran.status, ran.stderr) == (int(command[0] == "check"), ""), ran
    for command in (["status", "--json"], ["locks", "--json"]):
        text = json.dumps(json.loads(pucs(*command, **env).stdout), ensure_ascii=False)
        assert all(name in text for name in names)


class TestFullDisk:
    @pytest.fixture
    def full(self, client, guarded: Repo) -> Iterator[Repo]:
        """The state is on a file system without any room, and a.py is held."""
        folder = guarded.state
        folder.mkdir(exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", str(folder)]
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("mounting a file system needs root")
        client().write("a.py", "anna\n")
        with open(folder / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 512):
                    pass
            except OSError:
                pass
        yield guarded
        subprocess.run(["umount", "-l", str(folder)], check=True)

    def test_reading_goes_on(self, full: Repo, pucs: Pucs) -> None:
        for command in ("status", "locks", "why a.py", "log"):
            ran = pucs(*command.split())
            assert ran.status == 0, ran
            assert "agent-1" in ran.stdout

    def test_writing_is_the_worlds_failure(self, full: Repo, pucs: Pucs) -> None:
        for command in ("lock b.py", "off", "unlock --force a.py"):
            ran = pucs(*command.split())
            assert ran.status == 3, ran
            assert "No space left on device" in ran.stderr

    def test_what_was_published_stays_whole(self, full: Repo, pucs: Pucs) -> None:
        (full.state / "filler").unlink()
        pucs("status")
        with open(full.state / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 512):
                    pass
            except OSError:
                pass
        pucs("status")
        assert "a.py" in json.loads((full.state / "state/file_locks.json").read_text())["locks"]
        assert not [name for name in os.listdir(full.state / "state") if ".json." in name]


def test_a_bug_is_one_line_and_a_report(guarded: Repo, tmp_path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import sys\n"
        "class Breaker:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pucs.client.surveying':\n"
        "            raise ZeroDivisionError('on purpose')\n"
        "sys.meta_path.insert(0, Breaker())\n"
    )
    ran = in_shell(guarded, "$pucs status", PYTHONPATH=str(broken), TMPDIR=str(tmp_path))
    assert (ran.status, ran.stdout) == (4, "")
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.startswith("pucs: a bug in PUCS: ZeroDivisionError: on purpose. The report is in ")
    report = next(tmp_path.glob("pucs-bug-*.txt")).read_text()
    assert "Traceback" in report
    assert "HOME" not in report


def test_python_m_pucs(guarded: Repo) -> None:
    ran = in_shell(guarded, f"{sys.executable} -m pucs --version", PYTHONPATH=str(ROOT))
    assert (ran.status, ran.stdout.split()[0]) == (0, "pucs")
    ran = in_shell(guarded, f"{sys.executable} -m pucs bogus", PYTHONPATH=str(ROOT))
    assert ran.status == 2
