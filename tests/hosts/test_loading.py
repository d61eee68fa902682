"""What the hook path loads and starts: the cost of every tool call, asserted as facts instead of milliseconds."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pucs import PUCSClient
from tests.support import ENTRY, ROOT, Client, Repo

HEAVY = {
    "typing", "re", "json", "subprocess", "pathlib", "dataclasses", "hashlib", "inspect", "logging", "argparse",
    "enum", "collections", "functools", "contextlib", "tempfile", "shutil", "datetime", "urllib", "unicodedata",
    "yaml", "pathspec", "filelock", "git", "rich", "socket", "threading", "os", "abc", "site",
}  # fmt: skip


_ANY_COMMAND = {
    "pucs.hookpath",
    "pucs.hosts",
    "pucs.hosts.door",
    "pucs.hosts.reading_only",
    "pucs.fastjson",
    "pucs.system",
}
BEFORE_READING = {
    *_ANY_COMMAND,
    "pucs.shell",
    "pucs.shell.quick",
    "pucs.shell.harmless",
    "pucs.shell.git_reads",
    "pucs.shell.scripts",
}
AFTER_READING = {
    *_ANY_COMMAND,
    "pucs.client",
    "pucs.client.quiet",
    "pucs.git",
    "pucs.git.locate",
    "pucs.installation",
    "pucs.errors",
    "pucs.record",
    "pucs.state",
    "pucs.state.run_files",
    "pucs.state.record_files",
}

READS_BEFORE, READS_AFTER = 8, 7

DUMP = (
    "import sys;sys.path.append(sys.argv[1]);from pucs import hookpath\n"
    "hookpath.leave=lambda code=0: None\n"
    "exec(open(sys.argv[2]).read())\n"
    "open(sys.argv[3],'w').write('\\n'.join(sorted(sys.modules)))"
)


@pytest.fixture
def loaded(client, guarded: Repo, tmp_path: Path):
    """Runs one hook of a client and gives the names of all modules it had loaded at its end."""

    def run(one: Client, script: str, **fields) -> set[str]:
        out = tmp_path / "modules"
        command = [sys.executable, "-I", "-S", "-c", DUMP, str(ROOT), str(ROOT / "hooks" / f"{script}.py"), str(out)]
        event = {"session_id": one.session, "cwd": str(one.cwd), **fields}
        env = {**one.repo.env, "CLAUDE_PID": str(one.process.pid)}
        done = subprocess.run(
            command, input=json.dumps(event), text=True, capture_output=True, env=env, cwd=one.cwd, check=True
        )
        assert done.stderr == ""
        run.stdout = done.stdout  # type: ignore[attr-defined]
        return set(out.read_text().split("\n"))

    return run


def call(path: str, identifier: str = "c1") -> dict[str, object]:
    return {
        "tool_name": "Edit",
        "tool_use_id": identifier,
        "tool_input": {"file_path": path, "old_string": "a", "new_string": "b"},
    }


@pytest.fixture(scope="module")
def bare() -> set[str]:
    """What an interpreter loads to do nothing."""
    code = [sys.executable, "-I", "-S", "-c", "import sys;print('\\n'.join(sys.modules))"]
    return set(subprocess.run(code, capture_output=True, text=True, check=True).stdout.split("\n"))


class TestModules:
    def test_granted_renewed_and_after(self, client, guarded: Repo, loaded, bare) -> None:
        anna = client()
        path = str(guarded.root / "a.py")
        for script, event in [("pre_tool_use", call(path)), ("pre_tool_use", call(path, "c2"))]:
            modules = loaded(anna, script, **event)
            assert loaded.stdout == ""
            assert (modules - bare) & HEAVY == set()
            assert modules.isdisjoint({"pucs.scopes", "pucs.weave", "pucs.client.sharing"}), "it has the file to itself"
            assert modules.isdisjoint({"pucs.intents", "pucs.prompts"}), "nobody announced it"
            assert modules.isdisjoint({"pucs.orders", "pucs.pauses", "pucs.streams"}), "nobody gave orders"
            guarded.write("a.py", "changed\n")
            modules = loaded(anna, "post_tool_use", **event)
            assert loaded.stdout == ""
            assert (modules - bare) & HEAVY == set()

    def test_granted_other_lines_of_a_held_file(self, client, guarded: Repo, loaded, bare) -> None:
        guarded.write("a.py", "1\n2\n3\n4\n")
        guarded.commit("Four lines")
        client().edit("a.py", "4", "four")
        event = call(str(guarded.root / "a.py"))
        event["tool_input"]["old_string"] = "1"  # type: ignore[index]
        ben = client()
        for script in ("pre_tool_use", "post_tool_use"):
            modules = loaded(ben, script, **event)
            assert loaded.stdout == ""
            assert "pucs.scopes" in modules
            assert (modules - bare) & HEAVY == set()
            guarded.write("a.py", "b\n2\n3\nfour\n")

    @pytest.mark.parametrize(("script", "own"), [("pre_tool_use", BEFORE_READING), ("post_tool_use", AFTER_READING)])
    @pytest.mark.parametrize("known", [False, True], ids=["a new agent", "a known one"])
    def test_a_command_that_only_reads(self, client, loaded, bare, script, own, known) -> None:
        anna = client()
        if known:
            anna.write("a.py", "anna\n")
        command = "git status --short && grep -rn 'x' . | head -5"
        modules = loaded(anna, script, tool_name="Bash", tool_use_id="c", tool_input={"command": command})
        assert loaded.stdout == ""
        assert {name for name in modules - bare if name.startswith("pucs.")} == own
        assert (modules - bare) & HEAVY == set()

    def test_a_command_that_only_the_parser_proves_to_read(self, client, loaded, bare) -> None:
        command = "for f in *; do head -1 $f; done"
        modules = loaded(client(), "pre_tool_use", tool_name="Bash", tool_use_id="c", tool_input={"command": command})
        assert loaded.stdout == ""
        assert "pucs.shell.walking" in modules
        assert modules.isdisjoint({"pucs.client.opening", "pucs.client.edits", "pucs.state.files", "pucs.policy"})
        assert (modules - bare) & HEAVY == set()

    def test_a_command_that_writes(self, client, guarded: Repo, loaded, bare) -> None:
        event = {"tool_name": "Bash", "tool_use_id": "c", "tool_input": {"command": "echo x > a.py; ./build"}}
        anna = client()
        for script in ("pre_tool_use", "post_tool_use"):
            modules = loaded(anna, script, **event)
            assert loaded.stdout == ""
            assert "pucs.client.runs" in modules
            assert (modules - bare) & HEAVY == set()
            guarded.write("a.py", "x\n")

    def test_notices_come_after_a_command_that_only_reads(self, client, guarded: Repo, loaded) -> None:
        anna, ben = client(), client()
        before = (guarded.root / "a.py").read_text()
        anna.write("a.py", "anna\n")
        assert ben.pre("Edit", "a.py").denied
        anna.write("a.py", before)
        modules = loaded(ben, "post_tool_use", tool_name="Bash", tool_use_id="c", tool_input={"command": "ls"})
        assert "a.py" in loaded.stdout
        assert "pucs.client.sessions" in modules

    def test_denied(self, client, guarded: Repo, loaded, bare) -> None:
        client().write("a.py", "anna\n")
        modules = loaded(client(), "pre_tool_use", **call(str(guarded.root / "a.py")))
        assert '"deny"' in loaded.stdout
        assert (modules - bare) & HEAVY == set()
        assert "pucs.client.delivering" not in modules, "nobody has notices"

    def test_what_is_none_of_our_business(self, client, guarded: Repo, loaded, bare) -> None:
        modules = loaded(client(), "pre_tool_use", tool_name="Read", tool_use_id="c", tool_input={"file_path": "a.py"})
        assert (modules - bare) & HEAVY == set()

    @pytest.mark.parametrize(
        ("script", "fields"),
        [
            ("pre_tool_use", {"tool_name": "Bash", "tool_use_id": "c", "tool_input": {"command": "ls"}}),
            ("post_tool_use", {"tool_name": "Bash", "tool_use_id": "c", "tool_input": {"command": "ls"}}),
            ("post_tool_use_failure", {**call("a.py"), "error": "x"}),
            ("post_tool_batch", {"tool_calls": [call("a.py")]}),
            ("session_start", {"source": "startup"}),
            ("user_prompt_submit", {"prompt": "Add an index to the table"}),
            ("session_end", {"reason": "other"}),
            ("stop", {}),
            ("subagent_start", {"agent_id": "0f"}),
            ("subagent_stop", {"agent_id": "0f"}),
            ("task_created", {"task_id": "1", "task_subject": "Tune it"}),
            ("task_completed", {"task_id": "1", "task_subject": "Tune it"}),
        ],
    )
    def test_every_other_hook_runs_on_the_standard_library_and_lightly(
        self, client, loaded, bare, script, fields
    ) -> None:
        anna = client()
        anna.write("a.py", "x\n")
        modules = loaded(anna, script, **fields)
        assert (modules - bare) & HEAVY == set()

    def test_no_file_of_a_third_party_is_within_reach(self, client, guarded: Repo, loaded) -> None:
        modules = loaded(client(), "pre_tool_use", **call(str(guarded.root / "a.py")))
        outside = {
            name for name in modules if name.partition(".")[0] not in {*sys.stdlib_module_names, "pucs", "__main__"}
        }
        assert outside == set()


class TestReads:
    """Which records an edit reads: each is a file, and each costs."""

    CODE = (
        "import sys;sys.path.append(sys.argv[1]);seen=[]\n"
        "sys.addaudithook(lambda name, args: seen.append(str(args[0])) if name == 'open' and not args[2] & 3 else None)\n"
        "from pucs import hookpath\nhookpath.leave=lambda code=0: None\n"
        "exec(open(sys.argv[2]).read())\n"
        "open(sys.argv[3],'w').write('\\n'.join(one.partition('/records/')[2] for one in seen if '/records/' in one))"
    )

    def read(self, one: Client, out: Path, script: str, event: dict[str, object]) -> list[str]:
        """The records that one hook opened for reading, each as often as it did, in order of their names."""
        command = [sys.executable, "-I", "-S", "-c", self.CODE, str(ROOT), str(ROOT / f"hooks/{script}.py"), str(out)]
        data = json.dumps({"session_id": one.session, "cwd": str(one.cwd), **event})
        env = {**one.repo.env, "CLAUDE_PID": str(one.process.pid)}
        done = subprocess.run(command, input=data, text=True, capture_output=True, env=env, cwd=one.cwd, check=True)
        assert (done.stdout, done.stderr) == ("", "")
        return sorted(out.read_text().split("\n"))

    def test_intents_add_none_to_an_edit_of_other_files(self, client, guarded: Repo, tmp_path: Path) -> None:
        anna, event = client(), call(str(guarded.root / "a.py"))
        anna.edit("b.py", "b = 1", "b = 2")
        reads = []
        for announced in ([], [], ["docs/", "c.py"]):
            if announced:
                PUCSClient("ben", path=str(guarded.root)).signal_intent(announced)
            for script in ("pre_tool_use", "post_tool_use"):
                reads.append(self.read(anna, tmp_path / "out", script, event))
                guarded.write("a.py", "a = 2\n")
            guarded.write("a.py", "a = 1\n")
            anna.stop()
        before, after, *with_intents = reads[2:]  # without the first round, which found no record of the path yet
        assert with_intents == [before, after]
        kinds = {name.partition("/")[0] for name in (*before, *after)}
        assert kinds == {"session", "agent", "switch", "path", "inbox"}
        assert (len(before), len(after)) == (READS_BEFORE, READS_AFTER)


class TestProcesses:
    @pytest.fixture
    def started(self, tmp_path: Path) -> Path:
        """A folder for PATH whose programs note that they were started; gives the note."""
        note = tmp_path / "started"
        tools = tmp_path / "tools"
        tools.mkdir()
        for name in ("git", "sh", "bash", "python3", "python", "env", "uname"):
            script = tools / name
            script.write_text(f'#!/bin/sh\necho {name} >> {note}\nexec /usr/bin/{name} "$@"\n')
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
        note.write_text("")
        return note

    def test_an_edit_starts_no_git(self, client, guarded: Repo, started: Path) -> None:
        path = f"{started.parent / 'tools'}{os.pathsep}{os.environ['PATH']}"
        anna, ben = client(PATH=path), client(PATH=path)
        anna.start()
        anna.write("a.py", "anna\n")
        anna.edit("a.py", "anna", "more")
        anna.batch()
        anna.stop()
        assert started.read_text() == ""
        assert ben.pre("Edit", "b.py").silent
        ben.fail()
        ben.end()
        assert started.read_text() == ""

    def test_a_command_that_only_reads_starts_no_git_and_any_other_one_a_look(
        self, client, guarded: Repo, started: Path
    ) -> None:
        anna = client(PATH=f"{started.parent / 'tools'}{os.pathsep}{os.environ['PATH']}")
        anna.pre("Bash", command="git status --short | head -5")
        anna.post()
        assert started.read_text() == ""
        assert not (guarded.state / "runs").exists()
        anna.pre("Bash", command="python3 work.py")
        guarded.write("new.txt", "x\n")
        anna.post()
        assert started.read_text().count("git") == 2, "one before and one after"

    def test_the_note_works(self, started: Path) -> None:
        env = {**os.environ, "PATH": f"{started.parent / 'tools'}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run(["git", "--version"], env=env, check=True, capture_output=True)
        assert started.read_text() == "git\n"

    def test_a_denial_asks_git_only_if_the_bytes_may_have_landed(self, client, guarded: Repo, started: Path) -> None:
        path = f"{started.parent / 'tools'}{os.pathsep}{os.environ['PATH']}"
        client().write("a.py", "anna\n")
        ben = client(PATH=path)
        assert ben.pre("Edit", "a.py").denied
        assert started.read_text() == ""
        guarded.write("b.py", "person\n")
        guarded.commit("Another file", "b.py")
        assert ben.pre("Edit", "a.py").denied
        asked = started.read_text().count("git")
        assert 1 <= asked <= 2
        assert ben.pre("Edit", "a.py").denied
        assert started.read_text().count("git") == asked, "once for each HEAD"


class TestCache:
    """The fast-start cache of compiled modules."""

    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        for folder in ("pucs", "hooks"):
            shutil.copytree(ROOT / folder, tmp_path / "copy" / folder, ignore=shutil.ignore_patterns("__pycache__"))
        return tmp_path / "copy"

    def pre(self, package: Path, repo: Repo) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-I", "-S", "-c", ENTRY, str(package), str(package / "hooks/pre_tool_use.py")]
        event = {"session_id": "s", "cwd": str(repo.root), **call(str(repo.root / "a.py"))}
        return subprocess.run(
            command, input=json.dumps(event), text=True, capture_output=True, env=repo.env, check=False
        )

    def cache(self, package: Path) -> Path:
        (file,) = (package / "pucs/__pycache__").glob("hookpath.*.bin")
        return file

    def test_is_made_by_the_first_hook_and_used_by_the_next(self, package: Path, guarded: Repo) -> None:
        assert self.pre(package, guarded).stderr == ""
        before = self.cache(package).stat().st_mtime_ns
        assert self.pre(package, guarded).stderr == ""
        assert self.cache(package).stat().st_mtime_ns == before

    @pytest.mark.parametrize("damage", [b"", b"garbage", b"\0" * 100])
    def test_a_damaged_one_is_made_anew(self, package: Path, guarded: Repo, damage) -> None:
        self.pre(package, guarded)
        self.cache(package).write_bytes(damage)
        done = self.pre(package, guarded)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert len(self.cache(package).read_bytes()) > 1000

    def test_a_truncated_one_is_made_anew(self, package: Path, guarded: Repo) -> None:
        self.pre(package, guarded)
        whole = self.cache(package).read_bytes()
        self.cache(package).write_bytes(whole[: len(whole) // 2])
        done = self.pre(package, guarded)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_a_changed_source_is_not_served_from_it(self, package: Path, guarded: Repo) -> None:
        self.pre(package, guarded)
        source = package / "pucs/client/protection.py"
        source.write_text(
            source.read_text().replace('if folded == ".git"', 'return "was changed"\n    if folded == ".git"')
        )
        assert "was changed" in self.pre(package, guarded).stdout

    def test_a_moved_package_does_not_use_the_old_place(self, package: Path, guarded: Repo) -> None:
        self.pre(package, guarded)
        moved = package.parent / "moved"
        package.rename(moved)
        done = self.pre(moved, guarded)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_a_folder_that_cannot_be_written_only_costs_time(self, package: Path, guarded: Repo) -> None:
        (package / "pucs/__pycache__").write_text("a file where the folder should be")
        done = self.pre(package, guarded)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_a_broken_module_that_no_hook_needs_breaks_no_hook(self, package: Path, guarded: Repo) -> None:
        (package / "pucs/zzz_broken.py").write_text("def (:\n")
        (package / "pucs/state/null.py").write_bytes(b"\0\0")
        done = self.pre(package, guarded)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_hook_ever_prints_allow() -> None:
    """`permissionDecision: allow` would skip the user's own prompt."""
    for source in [*(ROOT / "pucs").rglob("*.py"), *(ROOT / "hooks").rglob("*.py")]:
        text = source.read_text()
        assert 'permissionDecision="allow"' not in text, source
        assert '"permissionDecision": "allow"' not in text, source
