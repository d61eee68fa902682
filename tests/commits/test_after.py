"""What a finished commit records and frees."""

import pytest

from pucs.client import commits as gate
from pucs.client.opening import repository_at
from pucs.client.surveying import survey
from pucs.git import commits as git_commits
from pucs.state.commit_note import NAME
from tests.commits.conftest import as_agent, as_person, commit, run, unseen
from tests.support import Repo


def locks_on(repo, path, tree="."):
    return repo.store.read().path(path).tree(tree).locks


def test_what_was_committed_clean_is_free_for_the_next(free, client):
    me, other = client(free), client(free)
    me.write("a.py", "a = 2\n")
    me.write("new.py", "1\n")
    assert other.pre("Edit", "a.py").denied
    free.git("add", "-A")
    assert commit(me, "-m", "A").status == 0
    assert locks_on(free, "a.py") == locks_on(free, "new.py") == ()
    assert other.pre("Edit", "a.py").silent
    assert {event["file"] for event in free.events("released")} == {"a.py", "new.py"}


def test_the_log_says_what_was_committed(free, client):
    me = client(free)
    me.write("a.py", "a = 2\n")
    commit(me, "-am", "A")
    [event] = free.events("committed")
    assert {key: event[key] for key in ("agent", "stream", "commit", "files", "files_modified")} == {
        "agent": "agent-1",
        "stream": None,
        "commit": free.git("rev-parse", "HEAD"),
        "files": ["a.py"],
        "files_modified": 1,
    }


def test_whoever_waits_is_told_at_the_next_call(free, client):
    me, other = client(free), client(free)
    me.write("a.py", "a = 2\n")
    assert other.pre("Edit", "a.py").denied
    other.batch()
    commit(me, "-am", "A")
    assert "a.py is free now" in other.batch().context


def test_what_was_committed_in_part_goes_on_from_the_commit(free, client):
    me, other = client(free), client(free)
    me.write("a.py", "a = 2\n")
    free.git("add", "a.py")
    me.write("a.py", "a = 3\n")
    assert commit(me, "-m", "A").status == 0
    [lock] = locks_on(free, "a.py")
    assert lock.base == free.git("rev-parse", "HEAD:a.py")
    assert (free.state / "spool" / lock.base).read_text() == "a = 2\n"
    reply = other.pre("Edit", "a.py")
    assert "-a = 2" in reply.reason
    assert "+a = 3" in reply.reason
    me.write("a.py", "a = 2\n")
    assert other.pre("Edit", "a.py").silent


@pytest.mark.parametrize("setting", ["core.autocrlf", "filter", "filter one way"])
def test_clean_is_clean_whatever_filters_make_of_it(free, client, setting):
    if setting.startswith("filter"):
        free.git("config", "filter.up.clean", "tr a-z A-Z")
        if setting == "filter":
            free.git("config", "filter.up.smudge", "tr A-Z a-z")
        free.write(".gitattributes", "*.py filter=up\n")
    else:
        free.git("config", "core.autocrlf", "true")
    me = client(free)
    me.write("new.py", "one = 1\r\n")
    free.git("add", "new.py")
    assert commit(me, "-m", "New").status == 0
    assert locks_on(free, "new.py") == ()


def test_a_part_is_kept_in_the_form_of_the_working_tree(free, client):
    free.git("config", "core.autocrlf", "true")
    me = client(free)
    me.write("new.py", "one\r\n")
    free.git("add", "new.py")
    me.write("new.py", "one\r\ntwo\r\n")
    assert commit(me, "-m", "New").status == 0
    [lock] = locks_on(free, "new.py")
    assert (free.state / "spool" / lock.base).read_bytes() == b"one\r\n"


def test_a_repository_of_sha256_frees_too(tmp_path, repo, client):
    new = Repo(tmp_path / "new", repo.env)
    new.root.mkdir()
    new.git("init", "-q", "--object-format=sha256")
    new.guard()
    from tests.commits.conftest import hook_up

    hook_up(new)
    me, other = client(new), client(new)
    me.write("a.py", "1\n")
    other.start()
    new.git("add", "-A")
    assert commit(other, "-m", "A").refused
    assert commit(me, "-m", "A").status == 0
    assert locks_on(new, "a.py") == ()
    new.write("a.py", "by hand\n")
    new.git("add", "-A")
    me.edit("a.py", "by hand", "half")
    assert commit(other, "-m", "A").status == 0


def test_a_deletion_frees(free, client):
    me = client(free)
    me.write("new.py", "1\n")
    free.git("add", "-A")
    commit(me, "-m", "New")
    me.write("new.py", "2\n")
    free.git("rm", "-qf", "new.py")
    assert commit(me, "-m", "Gone").status == 0
    assert locks_on(free, "new.py") == ()


def test_a_persons_commit_frees_an_agents_lock_and_tells_it(free, client):
    me = client(free)
    me.write("a.py", "a = 2\n")
    free.git("add", "-A")
    as_person(free, "-m", "Both", USER="anna")
    assert locks_on(free, "a.py") == ()
    commit_id = free.git("rev-parse", "HEAD")[:12]
    assert (
        me.batch().context
        == f"[PUCS n1] person-anna committed your change to a.py ({commit_id}); it is no longer yours alone."
    )


def test_a_commit_in_one_worktree_frees_there_only(free, client):
    linked = free.worktree("linked")
    here, there = client(free), client(linked)
    here.write("a.py", "here\n")
    there.write("a.py", "there\n")
    commit(there, "-am", "A")
    record = free.store.read().path("a.py")
    assert [len(tree.locks) for name, tree in sorted(record.trees.items())] == [1, 0]


def test_files_that_were_left_out_stay_held(free, client):
    me = client(free)
    me.write("a.py", "a = 2\n")
    me.write("b.py", "b = 2\n")
    commit(me, "-m", "A", "a.py")
    assert locks_on(free, "a.py") == ()
    assert [lock.agent for lock in locks_on(free, "b.py")] == ["agent-1"]


def test_amending_frees_what_it_added(free, client):
    me = client(free)
    me.write("a.py", "a = 2\n")
    assert commit(me, "--amend", "-a", "--no-edit").status == 0
    assert locks_on(free, "a.py") == ()


def test_a_concluded_merge_frees_what_it_resolved(free, client):
    free.git("switch", "-q", "-c", "side")
    free.write("a.py", "side\n")
    free.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "Side")
    free.git("switch", "-q", "main")
    free.write("a.py", "main\n")
    free.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "Main")
    me = client(free)
    me.start()
    run(free, "merge", "-q", "side", **as_agent(me))
    me.write("a.py", "both\n")
    free.git("add", "a.py")
    assert commit(me, "--no-edit").status == 0
    assert locks_on(free, "a.py") == ()


def test_nothing_of_ours_is_left_in_the_git_folder(free, client):
    linked = free.worktree("linked")
    for place in (free, linked):
        place.write(f"{place.root.name}.py", "1\n")
        place.git("add", "-A")
        assert as_person(place, "-m", "Z").status == 0
    run(free, "merge", "-q", "--no-ff", "--no-edit", "linked", check=True)
    run(free, "merge", "-q", "--no-ff", "--no-edit", "--no-verify", "linked~1")
    assert not (free.common / NAME).exists()
    assert not list(free.common.glob(f"worktrees/*/{NAME}*"))


def test_large_commits_are_logged_in_short(free):
    for number in range(150):
        free.write(f"many/{number}", "x\n")
    free.git("add", "-A")
    as_person(free, "-m", "Many")
    [event] = free.events("committed")
    assert (event["files_modified"], len(event["files"])) == (150, 100)


def test_an_empty_commit_is_logged(free):
    assert as_person(free, "--allow-empty", "-m", "Nothing").status == 0
    [event] = free.events("committed")
    assert event["files"] == []


FORMATTED = "a = 2\n\n\nb = 1\n"


def test_what_a_formatter_and_a_person_made_of_a_change_lands_with_it(free, client):
    """Formatted after the agent's last write, changed again by somebody while the commit is made."""
    me, other = client(free), client(free)
    me.write("a.py", "a = 2\nb = 1\n")
    free.write("a.py", FORMATTED)
    free.git("add", "a.py")
    free.write("a.py", FORMATTED + "person = 1\n")
    assert commit(me, "-m", "A").status == 0
    assert locks_on(free, "a.py") == ()
    assert other.pre("Edit", "a.py").silent


def test_so_does_one_whose_commit_no_hook_saw(free, client):
    me, other = client(free), client(free)
    me.write("a.py", "a = 2\nb = 1\n")
    free.write("a.py", FORMATTED)
    unseen(free, "A")
    free.write("a.py", FORMATTED + "person = 1\n")
    assert other.pre("Edit", "a.py").silent


def test_of_lines_left_out_of_a_commit_the_lock_stays(free, client):
    me, other = client(free), client(free)
    me.write("a.py", "a = 2\nb = 1\n")
    free.write("a.py", "a = 2\n")
    free.git("add", "a.py")
    free.write("a.py", FORMATTED)
    assert commit(me, "-m", "A").status == 0
    assert other.pre("Edit", "a.py").denied


SNEAK = "python3 -c \"open(chr(97) + '.py', 'a').write('sneaked = 1')\""


class TestARecordedConflict:
    def test_its_offender_cannot_commit_it(self, free, client):
        """What it changed is still the holder's: neither by itself nor with the holder's bytes."""
        anna, ben = client(free), client(free)
        anna.write("a.py", "anna = 1\n")
        ben.write("b.py", "ben = 1\n")
        ben.run(SNEAK)
        assert [event["file"] for event in free.events("conflict")] == ["a.py"]
        before = free.git("rev-parse", "HEAD")
        for arguments in (("-am", "All"), ("-m", "That", "--", "a.py")):
            done = commit(ben, *arguments)
            assert done.refused
            assert any("a.py" in line and "agent-1" in line for line in done.said), done.said
        assert free.git("rev-parse", "HEAD") == before
        assert commit(ben, "-m", "Mine", "--", "b.py").status == 0
        assert "a.py" not in free.git("show", "--name-only", "--format=", "HEAD")

    def test_is_over_when_its_holder_commits(self, free, client):
        anna, ben = client(free), client(free)
        anna.write("a.py", "anna = 1\n")
        ben.run(SNEAK)
        found = survey(repository_at(str(free.root)))
        assert [one.path for one in found.conflicts] == ["a.py"]
        assert commit(anna, "-am", "Both").status == 0
        assert survey(repository_at(str(free.root))).conflicts == ()


def test_what_a_peer_stages_while_the_gate_looks_is_judged_again(free, client, monkeypatch):
    """Git takes the index as it is when the gate is done, not as the gate saw it."""
    anna, ben = client(free), client(free)
    anna.write("a.py", "anna = 1\n")
    ben.write("b.py", "ben = 1\n")
    free.git("add", "b.py")
    begun = gate.under_way({**free.env, **as_agent(ben)}, str(free.root))
    assert begun is not None
    looked = git_commits.own_changes

    def looked_and_staged(*arguments):
        found = looked(*arguments)
        free.git("add", "a.py")
        return found

    monkeypatch.setattr(git_commits, "own_changes", looked_and_staged)
    assert not gate.before(begun).refused
    assert not gate.was_checked(begun)
    assert list(free.common.glob(NAME + "*")) == []
    monkeypatch.undo()
    assert gate.before(begun).refused


@pytest.mark.parametrize("after", ["a command", "a turn"])
def test_an_edit_that_was_interrupted_keeps_nothing_open(free, client, after):
    """Nobody reports its end, but the agent does the next thing."""
    me, other = client(free), client(free)
    me.write("a.py", "me = 1\n")
    me.pre("Edit", "a.py")
    me._open.clear()
    if after == "a command":
        me.run("git add a.py")
    else:
        me.look("b.py")
    free.git("add", "a.py")
    assert commit(me, "-m", "A").status == 0
    assert locks_on(free, "a.py") == ()
    assert other.pre("Edit", "a.py").silent
