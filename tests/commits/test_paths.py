"""Which paths an agent's commit may contain, in every way that git stages them."""

import os
import subprocess
import sys

import pytest

from tests.commits.conftest import STREAMS, as_agent, as_person, commit, files, hook_up, run, unseen
from tests.support import ROOT, Repo, policy


def rules(repo):
    return [(event["file"], event["rule"]) for event in repo.events("refused")]


def test_a_path_outside_the_stream_is_refused_with_the_way_out(hooked, client):
    me = client(hooked)
    me.start()
    hooked.write("ui/y.py", "1\n")
    hooked.write("db/y.py", "1\n")
    hooked.git("add", ".")
    head = hooked.git("rev-parse", "HEAD")
    done = commit(me, "-m", "feat: Add y")
    assert done.status == 1
    assert done.said == [
        "PUCS: this commit is refused; nothing was changed.",
        (
            "  ui/y.py: belongs to stream ui, this commit to stream db. Leave it unchanged and say in your report what "
            "stream ui should do there. Take out of the commit: git restore --staged -- ui/y.py"
        ),
        "  To commit only your own files, name them: git commit -m MESSAGE -- FILE ...",
    ]
    assert rules(hooked) == [("ui/y.py", "stray")]
    assert hooked.git("rev-parse", "HEAD") == head
    assert commit(me, "-m", "feat: Add y", "--", "db/y.py").status == 0
    assert files(hooked) == ["db/y.py"]


def test_a_person_is_held_to_the_stream_too(hooked):
    hooked.write("ui/y.py", "1\n")
    hooked.git("add", ".")
    assert as_person(hooked, "-m", "feat: Add y").refused


def test_boundaries_that_only_warn_let_it_pass_with_a_line(hooked, client):
    hooked.guard(policy(streams={"db": "db/**", "ui": "ui/**"}, guard={"boundaries": "warn"}))
    hooked.write("ui/y.py", "1\n")
    hooked.git("add", ".")
    done = as_person(hooked, "-m", "feat: Add y")
    assert done.status == 0
    assert done.said == [
        (
            "PUCS: warning: ui/y.py: belongs to stream ui, this commit to stream db. Leave it unchanged and say in your "
            "report what stream ui should do there. Take out of the commit: git restore --staged -- ui/y.py"
        )
    ]


def test_boundaries_that_are_off_say_nothing(hooked):
    hooked.guard(policy(streams={"db": "db/**", "ui": "ui/**"}, guard={"boundaries": "off"}))
    hooked.write("ui/y.py", "1\n")
    hooked.git("add", ".")
    assert as_person(hooked, "-m", "feat: Add y").said == []


def test_observing_logs_what_it_would_have_refused(hooked):
    hooked.guard(policy(streams={"db": "db/**", "ui": "ui/**"}, guard={"mode": "observe"}))
    hooked.write("ui/y.py", "1\n")
    hooked.git("add", ".")
    done = as_person(hooked, "-m", "Add y")
    assert (done.status, done.said) == (0, [])
    assert [(event.get("file", event.get("subject")), event["rule"]) for event in hooked.events("would_refuse")] == [
        ("ui/y.py", "stray"),
        ("Add y", "subject-prefix"),
    ]


def test_the_stream_of_the_environment_goes_before_the_branch(hooked):
    hooked.write("ui/y.py", "1\n")
    hooked.git("add", ".")
    assert as_person(hooked, "-m", "feat: Add y", PUCS_STREAM="ui").status == 0


def test_both_names_of_a_rename_are_judged(hooked, client):
    me = client(hooked)
    me.start()
    hooked.git("mv", "ui/x.py", "db/moved.py")
    assert commit(me, "-m", "feat: Take over").refused
    assert rules(hooked) == [("ui/x.py", "stray")]
    hooked.git("reset", "-q", "--hard")
    hooked.git("mv", "db/x.py", "ui/moved.py")
    assert commit(me, "-m", "feat: Give away").refused
    assert rules(hooked)[1:] == [("ui/moved.py", "stray")]


def test_a_deletion_is_judged(hooked, client):
    me = client(hooked)
    me.start()
    hooked.git("rm", "-q", "ui/x.py")
    assert commit(me, "-m", "feat: Remove").refused
    assert rules(hooked) == [("ui/x.py", "stray")]


@pytest.mark.parametrize("kind", ["mode", "symlink", "submodule", "type change"])
def test_every_kind_of_change_is_judged(hooked, client, kind, tmp_path):
    me = client(hooked)
    me.start()
    target = hooked.root / "ui/x.py"
    if kind == "mode":
        target.chmod(0o755)
    elif kind == "symlink":
        (hooked.root / "ui/link").symlink_to("/nowhere")
    elif kind == "type change":
        target.unlink()
        target.symlink_to("../db/x.py")
    else:
        inner = Repo(hooked.root / "ui/inner", hooked.env)
        inner.root.mkdir()
        inner.git("init", "-q")
        inner.git("commit", "-q", "--allow-empty", "-m", "x")
    hooked.git("add", "-A")
    assert commit(me, "-m", "feat: Change").refused


def test_ignored_submodules_are_judged(hooked, client):
    me = client(hooked)
    me.start()
    inner = Repo(hooked.root / "ui/inner", hooked.env)
    inner.root.mkdir()
    inner.git("init", "-q")
    inner.git("commit", "-q", "--allow-empty", "-m", "x")
    hooked.git("config", "diff.ignoreSubmodules", "all")
    hooked.git("add", "-A")
    assert commit(me, "-m", "feat: Change").refused


@pytest.mark.parametrize(
    "name",
    [
        "ui/café.py",
        "ui/two\nlines",
        'ui/"quoted"',
        "ui/tab\there",
        "ui/back\\slash",
        "ui/-dash",
        "ui/ space ",
        "ui/:(top)x",
    ],
)
def test_odd_names_are_judged_and_named(hooked, client, name):
    me = client(hooked)
    me.start()
    hooked.write(name, "1\n")
    hooked.git("add", "-A")
    assert commit(me, "-m", "feat: Add").refused
    assert rules(hooked) == [(name, "stray")]


def test_a_name_that_is_no_text_is_judged(hooked, client):
    me = client(hooked)
    me.start()
    with open(os.fsencode(hooked.root) + b"/ui/\xff\xfe", "wb") as file:
        file.write(b"1\n")
    hooked.git("add", "-A")
    done = commit(me, "-m", "feat: Add")
    assert done.refused
    assert "ui/\\udcff\\udcfe" in done.stderr


@pytest.mark.parametrize("setting", ["diff.relative=true", "diff.renames=copies", "color.ui=always", "diff.noprefix=true",
                                     "diff.orderFile=nowhere", "core.quotePath=false", "diff.external=false"])  # fmt: skip
def test_settings_of_the_user_hide_nothing(hooked, client, setting):
    me = client(hooked)
    me.start()
    hooked.git("mv", "ui/x.py", "db/moved.py")
    done = run(hooked, "-c", setting, "commit", "-qm", "feat: X", cwd="db", **as_agent(me))
    assert done.refused
    assert rules(hooked) == [("ui/x.py", "stray")]


def test_another_agents_bytes_are_refused_with_the_way_out(free, client):
    other, me = client(free), client(free)
    other.write("theirs.py", "half\n")
    me.write("mine.py", "1\n")
    free.git("add", "-A")
    done = commit(me, "-m", "Mine")
    assert done.status == 1
    first, second, third = done.said
    assert first == "PUCS: this commit is refused; nothing was changed."
    assert second.startswith("  theirs.py: holds uncommitted changes of agent-1 since ")
    assert second.endswith("To commit it after them, wait: pucs wait theirs.py")
    assert third == "  To commit only what is yours: pucs commit -m MESSAGE"
    assert free.events("refused")[-1]["holder"] == "agent-1"
    assert commit(me, "-m", "Mine", "--", "mine.py").status == 0
    assert files(free) == ["mine.py"]


def test_parked_bytes_are_refused_and_pass_once_adopted(free, client):
    other, me = client(free), client(free)
    other.write("x.py", "half\n")
    other.end()
    me.start()
    free.git("add", "-A")
    done = commit(me, "-m", "X")
    assert done.refused
    assert "who is gone or idle. To take them over first: pucs adopt x.py" in done.said[1]
    me.edit("x.py", "half", "whole")
    me.edit("x.py", "half", "whole")
    free.git("add", "-A")
    assert commit(me, "-m", "X").status == 0


def test_commit_all_takes_nothing_of_others(free, client):
    other, me = client(free), client(free)
    other.write("a.py", "half\n")
    me.write("b.py", "b = 2\n")
    assert commit(me, "-a", "-m", "All").refused
    assert rules(free) == [("a.py", "held")]
    assert commit(me, "-m", "B", "b.py").status == 0
    assert files(free) == ["b.py"]


def test_a_private_index_is_what_counts(free, client):
    other, me = client(free), client(free)
    other.write("a.py", "half\n")
    me.write("b.py", "b = 2\n")
    index = str(free.root.parent / "index")
    free.git("read-tree", "HEAD", GIT_INDEX_FILE=index)
    free.git("add", "a.py")
    free.git("add", "b.py", GIT_INDEX_FILE=index)
    assert commit(me, "-m", "B", GIT_INDEX_FILE=index).status == 0
    free.git("add", "a.py", GIT_INDEX_FILE=index)
    assert commit(me, "-m", "A", GIT_INDEX_FILE=index).refused


def test_what_was_staged_before_the_other_began_may_be_committed(free, client):
    other, me = client(free), client(free)
    me.start()
    free.write("a.py", "by hand\n")
    free.git("add", "a.py")
    other.edit("a.py", "by hand", "half")
    assert commit(me, "-m", "A").status == 0
    assert free.git("show", "HEAD:a.py") == "by hand"
    [lock] = free.store.read().path("a.py").tree(".").locks
    assert lock.agent == "agent-2"


def test_that_holds_under_line_ending_conversion_too(free, client):
    free.git("config", "core.autocrlf", "true")
    other, me = client(free), client(free)
    me.start()
    free.write("a.py", "by hand\r\n")
    free.git("add", "a.py")
    other.edit("a.py", "by hand", "half")
    assert commit(me, "-m", "A").status == 0


def test_staging_the_others_hunk_is_refused(free, client):
    other, me = client(free), client(free)
    me.start()
    other.write("a.py", "half\n")
    free.git("add", "a.py")
    other.write("a.py", "half and more\n")
    assert commit(me, "-m", "A").refused


def test_an_open_call_that_wrote_nothing_keeps_nobody_from_committing(free, client):
    other, me = client(free), client(free)
    me.write("a.py", "a = 2\n")
    assert commit(me, "-am", "A").status == 0
    free.write("a.py", "by hand\n")
    free.git("add", "a.py")
    other.pre("Edit", "a.py", old_string="by", new_string="of")
    assert commit(me, "-m", "A").status == 0


def test_deleting_or_renaming_what_another_changes_is_refused(free, client):
    other, me = client(free), client(free)
    me.start()
    other.write("a.py", "half\n")
    free.git("rm", "-q", "--cached", "a.py")
    assert commit(me, "-m", "Remove").refused
    free.git("reset", "-q")
    free.git("mv", "a.py", "c.py")
    assert commit(me, "-m", "Move").refused
    assert rules(free) == [("a.py", "held"), ("a.py", "held")]


def test_an_intent_to_add_is_nothing_yet(free, client):
    other, me = client(free), client(free)
    other.write("new.py", "half\n")
    me.write("mine.py", "1\n")
    free.git("add", "-N", "new.py")
    free.git("add", "mine.py")
    assert commit(me, "-m", "Mine").status == 0
    assert files(free) == ["mine.py"]
    assert commit(me, "-am", "All").refused


def test_the_same_path_in_another_worktree_is_no_conflict(free, client):
    linked = free.worktree("linked")
    client(linked).write("a.py", "theirs\n")
    me = client(free)
    me.write("a.py", "mine\n")
    assert commit(me, "-am", "A").status == 0


def test_in_a_linked_worktree_its_own_locks_count(free, client):
    linked = free.worktree("linked", at=free.root / "inside")
    other, me = client(linked), client(linked)
    other.write("a.py", "half\n")
    me.write("docs/x.md", "mine\n")
    assert commit(me, "-am", "All", cwd="docs").refused
    assert commit(me, "-m", "X", "--", "x.md", cwd="docs").status == 0
    assert files(linked) == ["docs/x.md"]


def test_worktrees_of_a_bare_hub_are_guarded(tmp_path, client, repo):
    hub = tmp_path / "hub.git"
    repo.git("clone", "-q", "--bare", str(repo.root), str(hub))
    bare = Repo(hub, repo.env)
    linked = bare.worktree("linked")
    linked.guard(STREAMS)
    hook_up(linked)
    other, me = client(linked), client(linked)
    other.write("a.py", "half\n")
    me.start()
    assert commit(me, "-am", "All").refused


def test_git_dir_and_work_tree_may_be_named_from_afar(free, client, tmp_path):
    other, me = client(free), client(free)
    other.write("a.py", "half\n")
    me.start()
    far = [f"--git-dir={free.root}/.git", f"--work-tree={free.root}", "commit", "-qam", "All"]
    assert run(free, *far, cwd="..", **as_agent(me)).refused
    named = {"GIT_DIR": str(free.root / ".git"), "GIT_WORK_TREE": str(free.root)}
    assert run(free, "commit", "-qam", "All", cwd="..", **named, **as_agent(me)).refused


def test_a_separate_work_tree_is_looked_at(free, client, tmp_path):
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "a.py").write_text("a = 1\n")
    (place / "db").mkdir()
    free.guard(policy(streams={"db": "db/**", "ui": "*.py"}))
    named = {"GIT_DIR": str(free.root / ".git"), "GIT_WORK_TREE": str(place), "PUCS_STREAM": "db"}
    (place / "a.py").write_text("a = 2\n")
    assert run(free, "commit", "-qam", "feat: X", cwd="../elsewhere", **named).refused


def test_a_hard_link_is_known_by_the_name_that_was_locked(free, client):
    os.link(free.root / "a.py", free.root / "z.py")
    other, me = client(free), client(free)
    other.start()
    other.pre("Edit", "a.py")
    with (free.root / "a.py").open("a") as file:
        file.write("half\n")
    other.post()
    me.start()
    free.git("add", "z.py")
    assert commit(me, "-m", "Z").refused


def test_the_first_commit_of_a_repository_is_judged(tmp_path, client, repo):
    new = Repo(tmp_path / "new", repo.env)
    new.root.mkdir()
    new.git("init", "-q")
    new.guard()
    hook_up(new)
    other, me = client(new), client(new)
    other.write("theirs.py", "half\n")
    me.write("mine.py", "1\n")
    new.git("add", "-A")
    assert commit(me, "-m", "Begin").refused
    new.git("rm", "-q", "--cached", "theirs.py")
    assert commit(me, "-m", "Begin").status == 0
    assert files(new) == ["mine.py"]


def test_an_empty_commit_passes(free, client):
    other, me = client(free), client(free)
    other.write("a.py", "half\n")
    me.start()
    assert commit(me, "--allow-empty", "-m", "Empty").status == 0


def test_amending_judges_what_it_adds(hooked, client):
    me = client(hooked)
    me.start()
    hooked.write("ui/y.py", "1\n")
    unseen(hooked, "Of another stream")
    hooked.write("db/y.py", "1\n")
    hooked.git("add", "-A")
    assert commit(me, "--amend", "--no-edit").status == 0
    hooked.write("ui/z.py", "1\n")
    hooked.git("add", "-A")
    assert commit(me, "--amend", "--no-edit").refused


def test_a_hook_that_is_run_from_a_folder_below_judges_the_same(free, client):
    other = client(free)
    other.write("a.py", "half\n")
    free.git("add", "-A")
    script = str(ROOT / "hooks/git_hook.py")
    done = subprocess.run(
        [sys.executable, "-I", script, "pre-commit"],
        cwd=free.root / "docs",
        env={**free.env, "PUCS_AGENT_ID": "robot"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "a.py: holds uncommitted changes of agent-1" in done.stderr


def test_a_refusal_that_nobody_reads_is_one(free, client):
    client(free).write("a.py", "half\n")
    free.git("add", "-A")
    hook = free.root / ".git/hooks/pre-commit"
    hook.write_text(hook.read_text().replace('"$@"', '"$@" 2>&-'))
    assert run(free, "commit", "-m", "A", PUCS_AGENT_ID="robot").status == 1


def test_many_refused_files_are_all_named(hooked, client):
    me = client(hooked)
    me.start()
    for number in range(60):
        hooked.write(f"ui/{number}", "1\n")
    hooked.git("add", "-A")
    done = commit(me, "-m", "feat: Many")
    assert all(f"ui/{number}" in done.stderr for number in range(60))
    assert len(done.said) == 3
    assert len(hooked.events("refused")) == 60


OVERTAKING = """
(
  export GIT_INDEX_FILE=../overtaking
  git read-tree HEAD && git add ui/theirs.py
  git update-ref -m overtaking HEAD "$(git commit-tree -p HEAD -m Overtaking "$(git write-tree)")"
)
"""
"""What a commit does that began before ours, and lands after git made the index of ours."""


def test_a_commit_overtaken_by_another_is_not_told_of_files_that_are_not_in_it(hooked):
    hook = hooked.common / "hooks/pre-commit"
    first, rest = hook.read_text().split("\n", 1)
    hook.write_text(f"{first}\n{OVERTAKING}{rest}")
    for name in ("db/ours.py", "ui/theirs.py"):
        hooked.write(name, "1\n")
    hooked.git("add", "db/ours.py")
    done = as_person(hooked, "-m", "feat: Ours", "--", "db/ours.py")
    assert done.refused
    assert "Another commit was made" in done.said[1]
    assert "theirs" not in done.stderr
    hook.write_text(f"{first}\n{rest}")
    assert as_person(hooked, "-m", "feat: Ours", "--", "db/ours.py").status == 0
