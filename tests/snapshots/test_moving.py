"""Moving into git: everything is in one of two places at any instant, and git itself is none the wiser."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pucs.client import moving
from pucs.client.recalling import Recall
from pucs.git import snapshots
from pucs.model import WROTE, Snapshot
from pucs.policy import SnapshotPolicy
from pucs.state import contents, journal
from tests.snapshots.conftest import opened
from tests.support import ROOT, Repo, policy


def refs(repo: Repo) -> list[str]:
    return repo.git("for-each-ref", "--format=%(refname)", "refs/pucs").split()


def spool(repo: Repo) -> set[str]:
    return {path.name for path in (repo.state / "spool").iterdir()}


def fill(repo: Repo, texts: list[str], path: str = "x.txt") -> list[str]:
    """Keeps these contents and notes them, as an edit does; gives their fingerprints."""
    names = []
    for text in texts:
        name = contents.blob_id(text.encode())
        contents.keep(str(repo.state), name, text.encode())
        before = names[-1] if names else "-"
        journal.note(str(repo.state), [Snapshot(WROTE, "anna", ".", path, before, name, time.time(), name)])
        names.append(name)
    return names


def test_what_was_kept_is_read_with_plain_git(client, guarded: Repo, moved) -> None:
    client().write("a.py", "a = 2\n")
    entries = list(journal.entries(str(guarded.state)))
    ref = moved()
    assert refs(guarded) == [ref]
    assert guarded.git("cat-file", "-t", ref) == "tree"
    for text in ("a = 1\n", "a = 2\n"):
        guarded.write("../judge", text)
        name = guarded.git("hash-object", "../judge")
        assert guarded.git("cat-file", "blob", f"{ref}:{name}") + "\n" == text
    lines = guarded.git("cat-file", "blob", f"{ref}:journal.jsonl")
    assert lines + "\n" == "".join(journal.line_of(entry) for entry in entries)


def test_the_spool_keeps_only_what_locks_need(client, guarded: Repo, moved) -> None:
    anna = client()
    anna.write("a.py", "a = 2\n")
    (old,) = fill(guarded, ["nobody needs it\n"])
    moved()
    assert old not in spool(guarded)
    assert {guarded.git("rev-parse", "HEAD:a.py"), contents.look(str(guarded.root / "a.py"))[0]} <= spool(guarded)
    denied = client().pre("Edit", "a.py")
    assert "+a = 2" in denied.reason
    assert "-a = 1" in denied.reason


def test_nothing_new_makes_no_batch(client, guarded: Repo, moved) -> None:
    client().write("a.py", "a = 2\n")
    assert moved()
    assert moved() == ""
    assert len(refs(guarded)) == 1


def test_a_later_batch_holds_all_that_its_lines_name(guarded: Repo, moved) -> None:
    one, _ = fill(guarded, ["1\n", "2\n"])
    moved()
    assert spool(guarded) == set()
    journal.note(str(guarded.state), [Snapshot(WROTE, "anna", ".", "x.txt", one, "-", time.time())])
    ref = moved()
    assert guarded.git("ls-tree", "--name-only", ref).split() == [one, "journal.jsonl"]


def test_recall_finds_all_in_git_and_in_the_spool(guarded: Repo, moved) -> None:
    first = fill(guarded, ["1\n", "2\n"])
    moved()
    second = fill(guarded, ["3\n"])
    recall = Recall(opened(guarded))
    assert [entry.after for entry in recall.entries()] == first + second
    assert [recall.content(name) for name in first + second] == [b"1\n", b"2\n", b"3\n"]
    assert recall.content("0" * 40) is None
    assert not recall.has("0" * 40)


def test_git_is_none_the_wiser(guarded: Repo, moved) -> None:
    log = guarded.git("log", "--all", "--format=%H %D")
    names = fill(guarded, [f"{number}\n" * 50 for number in range(30)])
    ref = moved()
    assert guarded.git("log", "--all", "--format=%H %D") == log
    assert guarded.git("status", "--porcelain") == ""
    assert guarded.git("fsck", "--strict") == ""
    guarded.git("gc", "-q", "--prune=now")
    assert guarded.git("fsck", "--strict") == ""
    assert guarded.git("cat-file", "blob", f"{ref}:{names[7]}") + "\n" == "7\n" * 50
    other = guarded.root.parent / "other.git"
    guarded.git("init", "-q", "--bare", str(other))
    guarded.git("push", "-q", str(other), "main")
    guarded.git("push", "-q", "--all", str(other))
    guarded.git("push", "-q", "--tags", str(other))
    assert guarded.git("--git-dir", str(other), "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    guarded.git("clone", "-q", str(guarded.root), str(guarded.root.parent / "clone"))
    assert "refs/pucs" not in guarded.git("-C", str(guarded.root.parent / "clone"), "for-each-ref")


def test_push_mirror_takes_them_along_as_the_docs_say(guarded: Repo, moved) -> None:
    fill(guarded, ["1\n"])
    ref = moved()
    other = guarded.root.parent / "other.git"
    guarded.git("init", "-q", "--bare", str(other))
    guarded.git("push", "-q", "--mirror", str(other))
    assert ref in guarded.git("--git-dir", str(other), "for-each-ref", "--format=%(refname)").split()


@pytest.mark.parametrize("kind", ["--object-format=sha256", "--ref-format=reftable"])
def test_other_kinds_of_repositories(tmp_path: Path, kind: str) -> None:
    repo = Repo.create(tmp_path)
    repo.root = tmp_path / "special"
    repo.root.mkdir()
    done = subprocess.run(["git", "init", "-q", kind], cwd=repo.root, env=repo.env, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"this git has no {kind}")
    repo.write("a.py", "a = 1\n")
    repo.commit("Begin")
    repo.guard()
    names = fill(repo, ["1\n", "2\n"])
    ref = moving.move(opened(repo))
    assert repo.git("cat-file", "blob", f"{ref}:{names[1]}") == "2"
    assert spool(repo) == set()
    assert Recall(opened(repo)).content(names[0]) == b"1\n"
    assert repo.git("fsck", "--strict") == ""


def test_the_users_hooks_and_reflogs_do_not_see_our_refs(guarded: Repo, moved) -> None:
    hook = guarded.common / "hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    guarded.git("config", "core.logAllRefUpdates", "always")
    fill(guarded, ["1\n"])
    assert moved() in refs(guarded)
    assert not (guarded.common / "logs/refs/pucs").exists()


class TestTrouble:
    def test_where_git_cannot_write_everything_stays(self, guarded: Repo) -> None:
        names = fill(guarded, ["1\n", "2\n"])
        for number in range(256):
            folder = guarded.common / "objects" / f"{number:02x}"
            if not folder.exists():
                folder.write_text("in the way")
        with pytest.raises(moving.GitError):
            moving.move(opened(guarded))
        assert refs(guarded) == []
        assert spool(guarded) == set(names)
        assert [entry.after for entry in Recall(opened(guarded)).entries()] == names

        for path in (guarded.common / "objects").glob("??"):
            if path.is_file():
                path.unlink()
        moving.move(opened(guarded))
        recall = Recall(opened(guarded))
        assert [recall.content(name) for name in names] == [b"1\n", b"2\n"]

    def test_a_copy_that_a_power_failure_cut_is_set_aside(self, guarded: Repo, moved) -> None:
        good, bad = fill(guarded, ["1\n", "2\n"])
        (guarded.state / "spool" / bad).write_bytes(b"")
        ref = moved()
        assert guarded.git("ls-tree", "--name-only", ref).split() == [good, "journal.jsonl"]
        assert (guarded.state / "quarantine" / f"spool-{bad}").exists()

    def test_two_movers_at_once(self, guarded: Repo) -> None:
        names = fill(guarded, [f"{number}\n" for number in range(40)])
        code = "import sys;from pucs.client.moving import move_in_background as m;from pucs.git.locate import tree_at\nm(tree_at(sys.argv[1]))"
        env = {**guarded.env, "PYTHONPATH": str(ROOT)}
        movers = [subprocess.Popen([sys.executable, "-c", code, str(guarded.root)], env=env) for _ in range(4)]
        assert [mover.wait() for mover in movers] == [0] * 4
        recall = Recall(opened(guarded))
        assert sorted({entry.after for entry in recall.entries()}) == sorted(names)
        assert len(recall.entries()) == len(names)
        assert all(recall.content(name) is not None for name in names)

    @pytest.mark.parametrize("delay", [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.17, 0.2])
    def test_killed_at_any_instant_nothing_is_lost(self, guarded: Repo, delay: float) -> None:
        texts = [f"{number} of {delay}\n" for number in range(25)]
        names = fill(guarded, texts)
        code = "import sys;from pucs.client.moving import move_in_background as m;from pucs.git.locate import tree_at\nprint(flush=True);m(tree_at(sys.argv[1]))"
        env = {**guarded.env, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", code, str(guarded.root)]
        mover = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, start_new_session=True)
        assert mover.stdout is not None
        mover.stdout.readline()
        time.sleep(delay)  # the instant of the kill; nothing is waited for
        os.killpg(mover.pid, signal.SIGKILL)
        mover.wait()
        mover.stdout.close()
        for again in (False, True):
            if again:
                moving.move(opened(guarded))
            recall = Recall(opened(guarded))
            assert {entry.after for entry in recall.entries()} == set(names)
            assert [recall.content(name) for name in names] == [text.encode() for text in texts]


class TestBetweenSteps:
    """Killed after each system call that changes something: a mover that dies there leaves all to the next one."""

    @pytest.mark.parametrize("at", range(1, 12))
    def test_nothing_is_lost(self, guarded: Repo, monkeypatch, at: int) -> None:
        texts = ["1\n", "2\n", "3\n"]
        names = fill(guarded, texts)
        steps = [(moving.os, "unlink"), (moving.os, "rename"), (snapshots, "_run")]
        left = at

        class Killed(BaseException):
            pass

        def dying(real):
            def call(*arguments):
                nonlocal left
                left -= 1
                if left == 0:
                    raise Killed
                return real(*arguments)

            return call

        for place, name in steps:
            monkeypatch.setattr(place, name, dying(getattr(place, name)))
        died = False
        try:
            moving.move(opened(guarded))
        except Killed:
            died = True
        monkeypatch.undo()
        assert died or at > 9
        for again in (False, True):
            if again:
                moving.move(opened(guarded))
            recall = Recall(opened(guarded))
            assert {entry.after for entry in recall.entries()} == set(names)
            assert [recall.content(name) for name in names] == [text.encode() for text in texts]
        assert spool(guarded) == set()


class TestRetention:
    def aged(self, repo: Repo, monkeypatch, days: float, texts: list[str]) -> tuple[str, list[str]]:
        """A batch that was made so many days ago."""
        names = fill(repo, texts)
        now = time.time
        monkeypatch.setattr(moving.time, "gmtime", lambda: _gmtime(now() - days * 86400))
        ref = moving.move(opened(repo))
        monkeypatch.undo()
        return ref, names

    def test_what_is_too_old_goes(self, guarded: Repo, monkeypatch) -> None:
        old, _ = self.aged(guarded, monkeypatch, 15, ["old\n"])
        young, _ = self.aged(guarded, monkeypatch, 13, ["young\n"])
        moving.move(opened(guarded))
        assert refs(guarded) == [young]
        assert old < young

    def test_what_is_too_much_goes_oldest_first_but_never_of_today(self, guarded: Repo, monkeypatch) -> None:
        guarded.guard(policy()._replace(snapshots=SnapshotPolicy(14, 1)))
        noise = [os.urandom(700_000).hex() for _ in range(4)]
        made = [
            self.aged(guarded, monkeypatch, days, [text])[0] for days, text in zip((4, 3, 0.5, 0.1), noise, strict=True)
        ]
        moving.move(opened(guarded))
        assert refs(guarded) == made[2:]

    def test_what_a_lock_needs_stays_whatever_its_age(self, client, guarded: Repo, monkeypatch) -> None:
        client().write("a.py", "a = 2\n")
        old, _ = self.aged(guarded, monkeypatch, 13, [])
        guarded.guard(policy()._replace(snapshots=SnapshotPolicy(2, 500)))
        for path in (guarded.state / "spool").iterdir():
            path.unlink()
        moving.move(opened(guarded))
        assert refs(guarded) == [old]


_gmtime = time.gmtime


def test_a_commit_moves_in_the_background(client, repo: Repo, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pucs", "init", str(repo.root)], cwd=ROOT, env=repo.env, check=True, capture_output=True
    )
    anna = client(repo)
    anna.write("a.py", "a = 2\n")
    env = {"CLAUDE_PID": str(anna.process.pid), "CLAUDE_CODE_SESSION_ID": anna.session}
    repo.git("commit", "-q", "-m", "Two", "a.py", **env)
    end = time.monotonic() + 20
    while not refs(repo) and time.monotonic() < end:
        time.sleep(0.02)  # looks for a process that nobody waits for
    (ref,) = refs(repo)
    assert "journal.jsonl" in repo.git("ls-tree", "--name-only", ref)


LINES = "".join(f"line {number}\n" for number in range(1, 21))


def test_what_a_command_found_is_moved_before_it_ends(client, guarded: Repo, moved) -> None:
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write("long.txt", "title\n" + LINES)
    guarded.commit("Long")
    guarded.write("long.txt", LINES)
    guarded.write(
        "../change", "p = 'long.txt'; s = open(p).read(); open(p, 'w').write(s.replace('3\\n', 'three\\n', 1))"
    )
    anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
    anna.run(f"{sys.executable} ../change", meanwhile=moved)
    base = contents.blob_id(LINES.encode())
    assert base not in spool(guarded)
    assert ben.edit("long.txt", "line 18\n", "line eighteen\n").silent
    assert base in spool(guarded), "for the next look"
    assert "-line 3\n" in ben.pre("Edit", "long.txt", old_string="line three\n", new_string="x\n").reason


def test_a_lock_taken_while_a_mover_clears(client, guarded: Repo, moved) -> None:
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write("long.txt", LINES)
    guarded.commit("Long")
    fill(guarded, [LINES])
    moved()
    anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
    assert anna.edit("long.txt", "line 3\n", "line three\n").silent
    base = contents.blob_id(LINES.encode())
    (guarded.state / "spool" / base).unlink()  # by the mover, which saw no lock that needs it
    assert "-line 3\n" in ben.pre("Edit", "long.txt", old_string="line three\n", new_string="x\n").reason
    (guarded.state / "spool" / base).unlink()
    assert ben.edit("long.txt", "line 18\n", "line eighteen\n").silent
