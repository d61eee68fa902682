"""Merges, picks and rebases: only what the committer did by hand is judged, and nobody's content is refused for him."""

import pytest

from tests.commits.conftest import BRANCH, as_agent, as_person, commit, editor, message, run, unseen

SIDE = "feature/stream-ui-work"


@pytest.fixture
def parted(hooked):
    """Two branches of different streams that both changed shared.txt, and each files of its own stream."""
    hooked.write("shared.txt", "".join(f"{n}\n" for n in range(20)))
    unseen(hooked, "Begin shared")
    hooked.git("switch", "-q", "-c", SIDE)
    hooked.write("ui/x.py", "x = 2\n")
    hooked.write("ui/new.py", "1\n")
    hooked.write("shared.txt", "ui\n" + "".join(f"{n}\n" for n in range(1, 20)))
    unseen(hooked, "[PUCS-ui] feat: Change ui")
    hooked.git("switch", "-q", BRANCH)
    hooked.write("db/x.py", "x = 2\n")
    hooked.write("shared.txt", "".join(f"{n}\n" for n in range(19)) + "db\n")
    unseen(hooked, "[PUCS-db] feat: Change db")
    return hooked


@pytest.fixture
def clashing(parted):
    """The same, where shared.txt conflicts."""
    parted.write("shared.txt", "db\n")
    unseen(parted, "[PUCS-db] feat: Rewrite shared")
    return parted


@pytest.fixture
def me(parted, client):
    """The agent at work."""
    agent = client(parted)
    agent.start()
    return agent


def git(agent, *arguments, **env):
    return run(agent.repo, *arguments, **as_agent(agent), **env)


def resolve(repo, path="shared.txt"):
    repo.write(path, "resolved\n")
    repo.git("add", path)


def parents(repo):
    return len(repo.git("log", "-1", "--format=%P").split())


def test_a_clean_merge_of_another_stream_passes_and_keeps_its_subject(parted, me):
    assert git(me, "merge", "-q", "--no-edit", SIDE).said == []
    assert (parents(parted), message(parted)) == (2, f"Merge branch '{SIDE}' into {BRANCH}")


def test_a_merge_may_have_any_subject(parted, me):
    assert git(me, "merge", "-q", "-m", "Take ui in", SIDE).status == 0
    assert message(parted) == "Take ui in"


def test_a_clean_merge_is_judged_on_what_differs_from_every_parent(parted, me):
    parted.write("ui/x.py", "x = 1\n" + "y = 1\n" * 9)
    unseen(parted, "[PUCS-db] feat: Break in")
    parted.git("switch", "-q", SIDE)
    parted.write("ui/x.py", "# ui\nx = 1\n")
    unseen(parted)
    parted.git("switch", "-q", BRANCH)
    done = git(me, "merge", "-q", "--no-edit", "-X", "ours", SIDE)
    assert done.refused
    assert [event["file"] for event in parted.events("refused")] == ["ui/x.py"]


@pytest.mark.parametrize("conclude", [("commit", "--no-edit"), ("merge", "--continue"), ("commit", "-m", "Together")])
def test_concluding_a_conflicted_merge_passes(clashing, me, conclude):
    assert git(me, "merge", "-q", SIDE).status == 1
    resolve(clashing)
    assert git(me, *conclude).said == []
    assert parents(clashing) == 2


def test_an_edit_of_another_streams_file_smuggled_into_a_merge_is_refused(clashing, me):
    git(me, "merge", "-q", SIDE)
    resolve(clashing)
    resolve(clashing, "ui/x.py")
    done = git(me, "commit", "--no-edit")
    assert done.refused
    assert (
        done.said[-1]
        == "  In a merge, take one side's version of such a file: git checkout HEAD -- FILE, or MERGE_HEAD."
    )
    clashing.git("checkout", "-q", "MERGE_HEAD", "--", "ui/x.py")
    assert git(me, "commit", "--no-edit").status == 0


def test_skipping_the_hooks_of_a_merge_does_not_help(clashing, me):
    git(me, "merge", "-q", SIDE)
    resolve(clashing)
    resolve(clashing, "ui/x.py")
    assert git(me, "commit", "--no-verify", "--no-edit").refused


def test_another_agents_bytes_smuggled_into_a_merge_are_refused(clashing, me, client):
    other = client(clashing)
    git(me, "merge", "-q", SIDE)
    resolve(clashing)
    other.write("shared.txt", "half\n")
    clashing.git("add", "shared.txt")
    assert git(me, "commit", "--no-edit").refused


def test_an_octopus_is_judged_against_every_parent(hooked, client):
    for name in ("one", "two"):
        hooked.git("switch", "-q", "-c", name, BRANCH)
        hooked.write(f"ui/{name}.py", "1\n")
        unseen(hooked)
    hooked.git("switch", "-q", BRANCH)
    hooked.write("db/mine.py", "1\n")
    unseen(hooked)
    me = client(hooked)
    me.start()
    assert git(me, "merge", "-q", "--no-edit", "one", "two").said == []
    assert parents(hooked) == 3


def test_a_squashed_merge_is_a_commit_of_ones_own(parted, me):
    git(me, "merge", "-q", "--squash", SIDE)
    done = git(me, "commit", "--no-edit")
    assert done.refused
    assert {event["file"] for event in parted.events("refused")} == {"ui/x.py", "ui/new.py"}
    parted.git("reset", "-q", "--hard")
    parted.git("switch", "-q", "-c", "free", BRANCH)
    git(me, "merge", "-q", "--squash", SIDE)
    assert git(me, "commit", "--no-edit").status == 0


def test_a_squashed_merge_gets_the_prefix(parted, me):
    parted.git("switch", "-q", SIDE)
    parted.git("merge", "-q", "--squash", BRANCH)
    done = git(me, "commit", "-q", PUCS_STREAM="db", **editor(parted, "exit 0"))
    assert done.refused
    parted.git("reset", "-q", "--hard")
    parted.git("switch", "-q", "-c", "feature/stream-db-other", BRANCH + "~1")
    parted.git("merge", "-q", "--squash", BRANCH)
    done = git(me, "commit", "-q", **editor(parted, "exit 0"))
    assert done.refused
    assert '"Squashed commit of the following" is no type' in done.stderr


@pytest.mark.parametrize("options", [(), ("-e",), ("-x",)])
def test_a_clean_cherry_pick_of_another_stream_passes_untouched(parted, me, options):
    assert git(me, "cherry-pick", *options, SIDE).said == []
    assert message(parted).splitlines()[0] == "[PUCS-ui] feat: Change ui"


def test_a_clean_cherry_pick_that_merges_within_a_foreign_file_passes(parted, me):
    parted.write("ui/x.py", "x = 1\n" * 20)
    base = unseen(parted)
    parted.git("switch", "-q", "-c", "aside")
    parted.write("ui/x.py", "y = 1\n" + "x = 1\n" * 19)
    unseen(parted, "Any subject")
    parted.git("switch", "-q", "-c", "feature/stream-db-again", base)
    parted.write("ui/x.py", "x = 1\n" * 19 + "z = 1\n")
    unseen(parted)
    assert git(me, "cherry-pick", "aside").said == []
    assert message(parted) == "Any subject"


def test_several_cherry_picks_pass(parted, me):
    parted.git("switch", "-q", SIDE)
    parted.write("ui/more.py", "1\n")
    unseen(parted, "More")
    parted.git("switch", "-q", BRANCH)
    assert git(me, "cherry-pick", f"{SIDE}~2..{SIDE}").said == []
    assert message(parted) == "More"


@pytest.mark.parametrize(
    "conclude", [("commit", "--no-edit"), ("cherry-pick", "--continue"), ("commit", "-n", "--no-edit")]
)
def test_concluding_a_conflicted_cherry_pick_passes_with_its_subject(clashing, me, conclude):
    git(me, "cherry-pick", SIDE)
    resolve(clashing)
    assert git(me, *conclude).said == []
    assert message(clashing).splitlines()[0] == "[PUCS-ui] feat: Change ui"


@pytest.mark.parametrize("conclude", [("commit", "--no-edit"), ("commit", "-n", "--no-edit")])
def test_what_is_smuggled_into_a_conflicted_cherry_pick_is_refused(clashing, me, conclude):
    git(me, "cherry-pick", SIDE)
    resolve(clashing)
    resolve(clashing, "ui/x.py")
    assert git(me, *conclude).refused


@pytest.mark.parametrize("options", [("--no-edit",), ("-e",)])
def test_a_clean_revert_passes(parted, me, options):
    git(me, "cherry-pick", SIDE)
    assert git(me, "revert", *options, "HEAD").said == []
    assert message(parted).splitlines()[0] == 'Revert "[PUCS-ui] feat: Change ui"'


@pytest.mark.parametrize("conclude", [("commit", "--no-edit"), ("revert", "--continue")])
def test_concluding_a_conflicted_revert_passes(clashing, me, conclude):
    clashing.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "-X", "ours", "--no-edit", SIDE)
    clashing.write("shared.txt", "later\n")
    unseen(clashing)
    assert git(me, "revert", "--no-edit", SIDE).status == 1
    resolve(clashing)
    assert git(me, *conclude).said == []


def test_what_is_smuggled_into_a_conflicted_revert_is_refused(clashing, me):
    clashing.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "-X", "ours", "--no-edit", SIDE)
    clashing.write("shared.txt", "later\n")
    unseen(clashing)
    git(me, "revert", "--no-edit", SIDE)
    resolve(clashing)
    resolve(clashing, "ui/x.py")
    assert git(me, "commit", "--no-edit").refused


def test_a_revert_prepared_and_committed_by_hand_passes(parted, me):
    git(me, "cherry-pick", SIDE)
    git(me, "revert", "-n", "HEAD")
    assert git(me, "commit", "--no-edit").said == []


@pytest.fixture
def onto(parted):
    """The branch with three commits of any subject and stream, to be rebased onto the other."""
    for name in ("one", "two", "three"):
        parted.write(f"ui/{name}.txt", "1\n")
        unseen(parted, f"Add {name}")
    return parted


def subjects(repo, count):
    return repo.git("log", f"-{count}", "--format=%s").splitlines()


def test_a_clean_rebase_passes_untouched(onto, me):
    assert git(me, "rebase", "-q", SIDE).said == []
    assert subjects(onto, 3) == ["Add three", "Add two", "Add one"]


@pytest.mark.parametrize("verb", ["squash", "fixup", "fixup -C", "reword", "edit"])
def test_an_interactive_rebase_passes_untouched(onto, me, verb):
    sequence = {"GIT_SEQUENCE_EDITOR": f"sed -i '2s/^pick/{verb}/'"}
    assert git(me, "rebase", "-q", "-i", "HEAD~3", **sequence).said == []
    if verb == "edit":
        assert git(me, "rebase", "--continue").said == []
    assert not (onto.root / ".git/rebase-merge").exists()
    assert subjects(onto, 1) == ["Add three"]


def test_rewording_in_a_rebase_is_a_new_subject(onto, me):
    sequence = {"GIT_SEQUENCE_EDITOR": "sed -i '1s/^pick/reword/'", **editor(onto, 'echo "Other words" > "$1"')}
    assert git(me, "rebase", "-q", "-i", "HEAD~3", **sequence).refused
    good = editor(onto, 'echo "[PUCS-db] fix: Other words" > "$1"')
    assert git(me, "commit", "--amend", **good).status == 0
    assert git(me, "rebase", "--continue").said == []
    assert subjects(onto, 3) == ["Add three", "Add two", "[PUCS-db] fix: Other words"]


def test_a_new_commit_in_the_middle_of_a_rebase_is_like_any_other(onto, me):
    git(me, "rebase", "-q", "-i", "HEAD~3", GIT_SEQUENCE_EDITOR="sed -i '1s/^pick/edit/'")
    onto.write("ui/smuggled", "1\n")
    onto.git("add", "-A")
    assert git(me, "commit", "-qm", "feat: Smuggle").refused
    assert git(me, "commit", "-q", "-n", "-m", "feat: Smuggle").refused
    onto.git("reset", "-q", "--hard")
    onto.write("db/right", "1\n")
    onto.git("add", "-A")
    assert git(me, "commit", "-qm", "feat: Right").status == 0
    assert subjects(onto, 1) == ["[PUCS-db] feat: Right"]
    assert git(me, "rebase", "--continue").said == []


def test_a_stop_without_a_conflict_is_no_way_around(onto, me):
    git(me, "rebase", "-q", "-i", "HEAD~3", GIT_SEQUENCE_EDITOR="sed -i '1abreak'")
    onto.write("ui/smuggled", "1\n")
    onto.git("add", "-A")
    assert git(me, "commit", "-q", "-n", "-m", "[PUCS-db] feat: Smuggle").refused


@pytest.mark.parametrize("conclude", [("rebase", "--continue"), ("commit", "--no-edit")])
def test_a_conflicted_rebase_passes_with_its_subjects(clashing, me, conclude):
    clashing.write("ui/last.txt", "1\n")
    unseen(clashing, "Any last words")
    assert git(me, "rebase", "-q", SIDE).status == 1
    resolve(clashing)
    assert git(me, *conclude).said == []
    if conclude[0] == "commit":
        assert git(me, "rebase", "--continue").said == []
    assert subjects(clashing, 2) == ["Any last words", "[PUCS-db] feat: Rewrite shared"]


def test_what_is_smuggled_into_a_conflicted_rebase_is_refused(clashing, me):
    git(me, "rebase", "-q", SIDE)
    resolve(clashing)
    resolve(clashing, "ui/x.py")
    assert git(me, "rebase", "--continue").refused
    clashing.git("checkout", "-q", "HEAD", "--", "ui/x.py")
    assert git(me, "rebase", "--continue").status == 0


def test_a_person_rebases_over_an_agents_work_in_peace(parted, client):
    client(parted).write("db/other.py", "half\n")
    assert run(parted, "rebase", "-q", SIDE).said == []


def test_a_person_concludes_a_merge_in_peace(clashing):
    run(clashing, "merge", "-q", SIDE)
    resolve(clashing)
    assert as_person(clashing, "--no-edit").said == []


def test_a_message_taken_from_a_commit_is_left_alone(parted, me):
    parted.write("db/y.py", "1\n")
    parted.git("add", "-A")
    assert commit(me, "-C", SIDE).said == []
    assert message(parted) == "[PUCS-ui] feat: Change ui"


def test_a_pick_of_an_oddly_written_message_passes(parted, me):
    parted.git("switch", "-q", "-c", "aside", SIDE)
    parted.write("ui/odd.py", "1\n")
    parted.git("add", "-A")
    odd = "\n\n  odd  words  \n\n\n\n# a title\n\tbody   \n\n"
    parted.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--cleanup=verbatim", "-m", odd)
    parted.git("switch", "-q", BRANCH)
    assert git(me, "cherry-pick", "aside").said == []
    assert git(me, "revert", "--no-edit", "HEAD").said == []
    parted.git("switch", "-q", "-C", "feature/stream-db-odd", "aside")
    assert git(me, "rebase", "-q", "--onto", BRANCH + "~2", "HEAD~1").said == []


def test_a_rebase_that_keeps_merges_passes(onto, me):
    onto.git("switch", "-q", "-c", "aside", "HEAD~2")
    onto.write("ui/aside.txt", "1\n")
    unseen(onto, "Aside")
    onto.git("switch", "-q", BRANCH)
    onto.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "--no-edit", "aside")
    assert git(me, "rebase", "-q", "--rebase-merges", SIDE).said == []
    assert parents(onto) == 2
