"""Truth after: whatever a command changed in the tree is its agent's, a recorded conflict, or nobody's."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from pucs.model import FOREIGN, RAN, UNATTRIBUTED, Snapshot
from pucs.state import contents, journal
from tests.support import ROOT, Repo, policy

LIBRARIES = (sysconfig.get_path("platlib"), sysconfig.get_path("purelib"))
SNEAKY = (
    "python3 -c \"import sys,pathlib;p=pathlib.Path(bytes.fromhex(sys.argv[1]).decode());p.write_text('sneaked')\" "
)

IDLE = "python3 -c 'import sys;exec(sys.argv[1])' pass"
"""A command that does nothing, which nobody can read in it."""


def sneak(path: str) -> str:
    """A command that writes the file without naming it."""
    return SNEAKY + path.encode().hex()


def blob(data: bytes) -> str:
    """Git's id of the bytes, by another implementation than ours."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def pucs(repo: Repo, *words: str) -> str:
    """What the command line prints to a person."""
    command = [sys.executable, "-m", "pucs", *words]
    env = {**repo.env, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=repo.root, env=env, capture_output=True, text=True, check=True).stdout


def clashes(repo: Repo) -> list[str]:
    """The paths of the conflicts that are open."""
    return [one["path"] for one in json.loads(pucs(repo, "status", "--json"))["conflicts"]]


def entries(repo: Repo, path: str = "") -> list[Snapshot]:
    changed = (RAN, FOREIGN, UNATTRIBUTED)
    return [one for one in journal.entries(str(repo.state)) if one.reason in changed and path in ("", one.path)]


def holders(repo: Repo, path: str) -> list[str]:
    return [lock.agent for lock in repo.store.read().path(path).tree(".").locks]


class TestAFreeFile:
    def test_becomes_the_agents_dirty_bytes(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        assert anna.run(sneak("a.py")).silent
        assert holders(guarded, "a.py") == ["agent-1"]
        denied = ben.pre("Edit", "a.py")
        assert "agent-1" in denied.reason
        assert "sneaked" in denied.reason
        (entry,) = entries(guarded)
        assert entry[:6] == (RAN, "agent-1", ".", "a.py", blob(b"a = 1\n"), blob(b"sneaked"))
        assert contents.kept(str(guarded.state), entry.before) == b"a = 1\n"

    def test_that_is_put_back_is_free_again(self, client, guarded: Repo) -> None:
        anna = client()
        anna.run(sneak("a.py"))
        anna.run("git checkout -q a.py")
        assert holders(guarded, "a.py") == []
        assert client().pre("Edit", "a.py").silent

    def test_new_and_deleted(self, client, guarded: Repo) -> None:
        client().run("echo x > new.txt; rm b.py; mkdir -p 'd e'; mv docs/x.md 'd e/ü\ny.md'")
        for path in ("new.txt", "b.py", "docs/x.md", "d e/ü\ny.md"):
            assert holders(guarded, path) == ["agent-1"], path

    def test_a_command_that_fails_has_written_nevertheless(self, client, guarded: Repo) -> None:
        client().run(sneak("a.py") + "; exit 3")
        assert holders(guarded, "a.py") == ["agent-1"]

    def test_what_a_person_left_dirty_before_is_nobodys(self, client, guarded: Repo) -> None:
        guarded.write("a.py", "person\n")
        guarded.write("new.txt", "person\n")
        client().run("true; python3 -c pass")
        assert holders(guarded, "a.py") == holders(guarded, "new.txt") == []
        assert entries(guarded) == []

    def test_committed_by_the_command_takes_no_lock(self, client, guarded: Repo) -> None:
        client().run(sneak("a.py") + "; git commit -qam Change; echo y > b.py; git commit -qam More")
        assert holders(guarded, "a.py") == holders(guarded, "b.py") == []
        assert {one.path for one in entries(guarded)} == {"a.py", "b.py"}


class TestAConflict:
    def test_is_recorded_told_to_both_and_can_be_undone(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        told = ben.run(sneak("a.py")).context
        assert all(word in told for word in ("a.py", "agent-1", "undo")), told
        assert holders(guarded, "a.py") == ["agent-1"]
        (entry,) = entries(guarded, "a.py")
        assert entry[:6] == (FOREIGN, "agent-2", ".", "a.py", blob(b"anna\n"), blob(b"sneaked"))
        assert contents.kept(str(guarded.state), entry.before) == b"anna\n"
        assert contents.kept(str(guarded.state), entry.after) == b"sneaked"
        view = guarded.store.read()
        (conflict,) = [view.conflict(name) for name in view.names("conflict")]
        assert conflict is not None
        assert (conflict.type, conflict.parties, conflict.path) == ("FILE_LOCK", ("agent-2", "agent-1"), "a.py")
        assert (conflict.before, conflict.after) == (entry.before, entry.after)
        heard = anna.batch().context
        assert all(word in heard for word in ("a.py", "agent-2", "python3")), heard
        (event,) = guarded.events("conflict")
        assert event["severity"] == "high"
        assert "agent-1" in event["warning"]

    @pytest.mark.parametrize(
        "command", ["ln -s $PWD ../ln && rm ../ln/a.py", "ln a.py h.py && echo x > h.py", "ln -s a.py l && echo x > l"]
    )
    def test_reached_through_a_link_that_the_command_made(self, client, guarded: Repo, command: str) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        ben.run(command)
        (entry,) = entries(guarded, "a.py")
        assert entry[:2] == (FOREIGN, "agent-2")

    def test_is_over_when_the_holders_bytes_are_back(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        ben.run(sneak("a.py"))
        assert clashes(guarded) == ["a.py"]
        pucs(guarded, "undo", "a.py", "--yes")
        assert guarded.read("a.py") == "anna\n"
        assert clashes(guarded) == []

    @pytest.mark.parametrize("then", ["writes on", "goes back"])
    def test_is_over_when_its_holder_goes_on(self, client, guarded: Repo, then: str) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        ben.run(sneak("a.py"))
        if then == "writes on":
            anna.write("a.py", "anna again\n")
        else:
            anna.run("git checkout -q a.py")
        anna.batch()
        anna.stop()
        assert guarded.events("conflict") != []
        assert clashes(guarded) == []

    def test_of_one_made_once_more_is_open_again(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        ben.run(sneak("a.py"))
        anna.write("a.py", "anna again\n")
        ben.run(sneak("a.py"))
        assert clashes(guarded) == ["a.py"]

    def test_what_is_too_large_for_a_glance_is_kept_as_well(self, client, guarded: Repo) -> None:
        large = b"0123456789abcdef" * (3 << 16)
        guarded.write("new.bin", large)
        client().run("python3 -c 'import os;os.remove(chr(110)+\"ew.bin\")'")
        (entry,) = entries(guarded, "new.bin")
        assert contents.kept(str(guarded.state), entry.before) == large

    def test_ignored_files_of_a_removed_folder_are_kept_where_they_are_few(self, client, guarded: Repo) -> None:
        guarded.guard(libraries=LIBRARIES)
        guarded.write(".gitignore", "out/\nmany/\n")
        guarded.write("out/deep/notes.txt", "only copy\n")
        for number in range(501):
            guarded.write(f"many/{number}.o", "x\n")
        client().run("rm -rf out many")
        assert not (guarded.root / "out").exists()
        kept = {one.path: contents.kept(str(guarded.state), one.before) for one in entries(guarded)}
        assert kept == {"out/deep/notes.txt": b"only copy\n"}
        assert holders(guarded, "out/deep/notes.txt") == []

    def test_what_was_destroyed_is_kept(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        anna.write("new.txt", "only copy\n")
        hidden = b"git reset -q --hard; rm *.txt".hex()
        ben.run(f'python3 -c "import os,sys;os.system(bytes.fromhex(sys.argv[1]))" {hidden}')
        kept = {one.path: contents.kept(str(guarded.state), one.before) for one in entries(guarded)}
        assert kept == {"a.py": b"anna\n", "new.txt": b"only copy\n"}
        assert len(guarded.events("conflict")) == 2


@pytest.mark.parametrize("dirty", [False, True])
def test_nothing_is_left_in_the_users_repository(client, guarded: Repo, dirty: bool) -> None:
    if dirty:
        guarded.write("b.py", "person\n")
        guarded.write("u.txt", "person\n")
    anna = client()

    def everything() -> dict[str, bytes]:
        files = (path for path in guarded.common.rglob("*") if path.is_file() and guarded.state not in path.parents)
        return {str(path): path.read_bytes() for path in files}

    before = everything()
    anna.run(sneak("a.py"))
    anna.run("sleep 0; echo more >> a.py")
    assert everything() == before


def test_a_command_that_ends_elsewhere_is_closed_at_the_end_of_the_batch(client, guarded: Repo) -> None:
    anna = client()
    anna.pre("Bash", command="python3 gen.py")
    guarded.write("a.py", "generated\n")
    anna.batch()
    assert holders(guarded, "a.py") == ["agent-1"]
    assert list((guarded.state / "runs").iterdir()) == []


class TestWhoMadeIt:
    """Wherever somebody else may have made a change it is his, or nobody's."""

    def test_another_agents_edit_meanwhile_stays_its_own(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        ben.run(IDLE, meanwhile=lambda: anna.write("a.py", "anna\n"))
        assert holders(guarded, "a.py") == ["agent-2"]
        assert guarded.events("conflict") == []
        assert entries(guarded) == []

    def test_another_agents_edit_that_is_not_over_yet(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()

        def begin() -> None:
            anna.pre("Write", "a.py")
            guarded.write("a.py", "anna\n")

        ben.run(IDLE, meanwhile=begin)
        assert guarded.events("conflict") == []
        anna.post()
        assert holders(guarded, "a.py") == ["agent-2"]

    def test_a_formatter_after_that_edit_is_nobody(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()

        def edit_and_format() -> None:
            anna.write("a.py", "anna\n")
            guarded.write("a.py", "formatted\n")

        ben.run(IDLE, meanwhile=edit_and_format)
        (entry,) = entries(guarded, "a.py")
        assert (entry.reason, entry.agent) == (UNATTRIBUTED, "")
        (lock,) = guarded.store.read().path("a.py").tree(".").locks
        assert (lock.agent, lock.wrote) == ("agent-2", blob(b"anna\n"))
        assert guarded.events("conflict") == []

    def test_two_commands_at_once_and_neither_names_it(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Bash", command="python3 work.py")
        ben.run(sneak("a.py"))
        anna.post()
        assert [one.reason for one in entries(guarded, "a.py")] == [UNATTRIBUTED]
        assert holders(guarded, "a.py") == []
        assert client().pre("Edit", "a.py").silent

    def test_what_came_before_the_other_command_began_is_not_the_others(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Bash", command=sneak("a.py"))
        guarded.write("a.py", "sneaked")
        guarded.git("update-index", "-q", "--refresh", check=False)
        settle(guarded.root / "a.py")
        ben.pre("Bash", command="python3 other.py")
        anna.post()
        assert holders(guarded, "a.py") == ["agent-1"]

    def test_what_a_command_that_was_read_whole_does_not_write(self, client, guarded: Repo) -> None:
        guarded.guard(libraries=LIBRARIES)
        anna = client()
        anna.run("echo x > b.py", meanwhile=lambda: guarded.write("a.py", "person\n"))
        assert holders(guarded, "b.py") == ["agent-1"]
        assert [(one.reason, one.agent) for one in entries(guarded, "a.py")] == [(UNATTRIBUTED, "")]
        assert holders(guarded, "a.py") == []

    @pytest.mark.parametrize("command", ["make test", "npm run lint:js", "python3 -m pytest -q", "git commit -qm x"])
    def test_what_changes_while_tests_run_or_a_commit_is_made(self, client, guarded: Repo, command: str) -> None:
        guarded.guard(libraries=LIBRARIES)
        anna, ben = client(), client()
        ben.write("b.py", "ben\n")

        def others() -> None:
            guarded.write("a.py", "person\n")
            guarded.write("b.py", "formatted\n")

        anna.run(command, meanwhile=others)
        found = {(one.path, one.reason, one.agent) for one in entries(guarded)}
        assert found == {("a.py", UNATTRIBUTED, ""), ("b.py", UNATTRIBUTED, "")}
        assert holders(guarded, "a.py") == []
        assert guarded.events("conflict") == []

    def test_what_a_formatter_is_told_to_write(self, client, guarded: Repo) -> None:
        guarded.guard(libraries=LIBRARIES)
        client().run("black -q a.py", meanwhile=lambda: guarded.write("a.py", "formatted\n"))
        assert holders(guarded, "a.py") == ["agent-1"]

    def test_two_commands_at_once_and_one_names_it(self, client, guarded: Repo) -> None:
        guarded.guard(libraries=LIBRARIES)
        anna, ben = client(), client()
        anna.pre("Bash", command="python3 work.py")
        ben.run("echo x > a.py")
        anna.post()
        assert holders(guarded, "a.py") == ["agent-2"]
        assert {one.agent for one in entries(guarded, "a.py")} == {"agent-2"}
        assert guarded.events("conflict") == []

    def test_a_person_while_no_command_runs_is_nobody_of_ours(self, client, guarded: Repo) -> None:
        anna = client()
        anna.run(IDLE)
        guarded.write("a.py", "person\n")
        anna.run(IDLE)
        assert entries(guarded) == []
        assert holders(guarded, "a.py") == []


def settle(path: Path) -> None:
    """Waits until the file's time is older than what a clock may be wrong by."""
    while time.time() - path.stat().st_ctime < 0.2:
        os.sched_yield()


class TestLifetimes:
    def test_in_the_background_what_comes_later_is_found_at_the_next_event(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Bash", command="python3 server.py", run_in_background=True)
        anna.post(backgroundTaskId="b1")
        guarded.write("a.py", "later\n")
        anna.batch()
        assert holders(guarded, "a.py") == ["agent-1"]
        guarded.write("b.py", "later still\n")
        anna.hook("stop", "Stop", stop_hook_active=False, background_tasks=[{"id": "b1", "type": "shell"}])
        assert holders(guarded, "b.py") == ["agent-1"]
        guarded.write("new.txt", "and again\n")
        anna.hook("stop", "Stop", stop_hook_active=False, background_tasks=[])
        assert holders(guarded, "new.txt") == ["agent-1"]
        assert list((guarded.state / "runs").iterdir()) == []

    def test_a_refused_call_did_nothing(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Bash", command="python3 work.py")
        guarded.write("a.py", "person\n")
        anna.batch("Claude requested permissions to use Bash, but you haven't granted it yet.")
        assert holders(guarded, "a.py") == []
        assert list((guarded.state / "runs").iterdir()) == []

    def test_a_killed_clients_command_is_judged_by_who_looks_next(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Bash", command=sneak("a.py"))
        guarded.write("a.py", "half")
        anna.kill()
        ben.run(IDLE)
        assert holders(guarded, "a.py") == ["agent-1"]
        denied = ben.pre("Edit", "a.py")
        assert "agent-1" in denied.reason
        assert ben.pre("Edit", "a.py").silent, "parked: the retry adopts"

    def test_at_the_end_of_the_session(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Bash", command=sneak("a.py"))
        guarded.write("a.py", "half")
        anna.end()
        assert holders(guarded, "a.py") == ["agent-1"]

    def test_a_tool_of_a_server_that_only_reads(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("mcp__files__read_text_file", path="a.py")
        assert not (guarded.state / "runs").exists()
        guarded.write("a.py", "person\n")
        anna.post()
        assert holders(guarded, "a.py") == []

    def test_a_tool_of_a_server_without_paths(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("mcp__refactor__run", name="x")
        guarded.write("a.py", "refactored\n")
        anna.post()
        assert holders(guarded, "a.py") == ["agent-1"]
        anna.pre("mcp__fs__write_file", path="b.py", content="x")
        guarded.write("b.py", "written\n")
        guarded.write("docs/x.md", "and this\n")
        anna.post()
        assert holders(guarded, "b.py") == holders(guarded, "docs/x.md") == ["agent-1"]


class TestBudget:
    @pytest.fixture
    def slow(self, tmp_path: Path) -> Path:
        """While this file is there, a git status takes longer than anybody waits."""
        slow = tmp_path / "slow"
        tool = tmp_path / "tools/git"
        tool.parent.mkdir()
        tool.write_text(
            f'#!/bin/sh\ncase "$* " in *" status "*) [ ! -e {slow} ] || exec sleep 600;; esac\n'
            f'exec {shutil.which("git")} "$@"\n'
        )
        tool.chmod(0o755)
        return slow

    @pytest.mark.parametrize("before", [False, True])
    def test_what_takes_too_long_is_found_at_the_end_of_the_turn(self, client, repo: Repo, slow: Path, before) -> None:
        repo.guard(policy(guard={"scan_seconds": 0.3}))
        anna = client(repo)
        ben = client(repo, PATH=f"{slow.parent}/tools{os.pathsep}{os.environ['PATH']}")
        anna.write("a.py", "anna\n")
        if before:
            slow.touch()
        ben.pre("Bash", command="python3 work.py")
        slow.touch()
        repo.write("a.py", "sneaked")
        repo.write("b.py", "sneaked")
        repo.write("new.txt", "sneaked")
        assert "agent-1" in ben.post().context, "held paths are looked at in any case"
        assert holders(repo, "b.py") == []
        slow.unlink()
        ben.stop()
        assert holders(repo, "b.py") == holders(repo, "new.txt") == ["agent-2"]
        assert holders(repo, "a.py") == ["agent-1"]
        assert [one.reason for one in entries(repo, "a.py")] == [FOREIGN]
        assert list((repo.state / "runs").iterdir()) == []


class TestNoLocks:
    def test_for_a_sweeping_command(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        ben.run(f"for n in $(seq 25); do echo $n > made-$n.txt; done; {sneak('a.py')}")
        assert {one.path for one in entries(guarded) if one.reason == RAN} == {f"made-{n}.txt" for n in range(1, 26)}
        assert all(holders(guarded, f"made-{n}.txt") == [] for n in range(1, 26))
        assert [one.path for one in entries(guarded) if one.reason == FOREIGN] == ["a.py"]

    def test_for_generated_and_ignored_files(self, client, guarded: Repo) -> None:
        guarded.write(".gitattributes", "*.gen linguist-generated\n")
        guarded.write(".gitignore", "build/\n")
        guarded.write("x.gen", "1\n")
        guarded.commit()
        client().run(f"mkdir build; {sneak('x.gen')}; {sneak('build/out')}")
        assert holders(guarded, "x.gen") == holders(guarded, "build/out") == []
        assert "x.gen" in {one.path for one in entries(guarded)}

    def test_for_a_link(self, client, guarded: Repo) -> None:
        hidden = b"ln -s a.py link; ln -s nowhere dangling".hex()
        client().run(f'python3 -c "import os,sys;os.system(bytes.fromhex(sys.argv[1]))" {hidden}')
        assert {one.path for one in entries(guarded)} == {"link", "dangling"}
        assert holders(guarded, "link") == holders(guarded, "dangling") == []

    @pytest.mark.parametrize(
        ("command", "path"),
        [
            ("echo 2 > x.gen", "x.gen"),
            ("mkdir -p build; echo out > build/out", "build/out"),
            ("ln -s a.py link", "link"),
        ],
    )
    def test_though_the_command_names_the_file(self, client, guarded: Repo, command: str, path: str) -> None:
        guarded.write(".gitattributes", "*.gen linguist-generated\n")
        guarded.write(".gitignore", "build/\n")
        guarded.write("x.gen", "1\n")
        guarded.commit()
        anna = client()
        seen = []
        anna.run(command, meanwhile=lambda: seen.extend(holders(guarded, path)))
        assert seen == ["agent-1"], "while the command ran"
        assert holders(guarded, path) == []
        assert path in {one.path for one in entries(guarded)}

    def test_but_what_its_agent_wrote_before_stays_its_own(self, client, guarded: Repo) -> None:
        guarded.write(".gitignore", "build/\n")
        guarded.commit()
        anna = client()
        anna.write("build/out", "edited\n")
        anna.run("echo more >> build/out")
        assert holders(guarded, "build/out") == ["agent-1"]

    def test_for_what_another_commit_brought(self, client, guarded: Repo) -> None:
        guarded.git("checkout", "-q", "-b", "other")
        guarded.write("a.py", "other\n")
        guarded.commit()
        guarded.git("checkout", "-q", "main")
        client().run("git merge -q other")
        assert holders(guarded, "a.py") == []
        (entry,) = entries(guarded)
        assert (entry.path, entry.before, entry.after) == ("a.py", blob(b"a = 1\n"), blob(b"other\n"))
