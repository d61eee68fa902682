"""Edits of one path in several worktrees: told by lines, once, and denied only where that is asked for."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from pucs.view import Change, View
from tests.commits.conftest import commit, hook_up
from tests.support import ROOT, Client, Repo, policy

LINES = [f"line {number}\n" for number in range(1, 21)]
TEXT = "".join(LINES)


def with_line(number: int, text: str, lines: list[str] = LINES) -> str:
    """The file with that line, counted from 1, replaced."""
    return "".join([*lines[: number - 1], text, *lines[number:]])


@pytest.fixture
def here(guarded: Repo) -> Repo:
    guarded.write("a.py", TEXT)
    guarded.commit("Twenty lines")
    hook_up(guarded)
    return guarded


@pytest.fixture
def there(here: Repo) -> Repo:
    return here.worktree("side", "feature/side")


@pytest.fixture
def anna(client, there: Repo) -> Client:
    """At work in the worktree on `feature/side`."""
    return client(there)


@pytest.fixture
def ben(client, here: Repo) -> Client:
    """At work in the main worktree, on a branch of its own."""
    here.git("switch", "-qc", "feature/mine")
    return client(here)


def edit(who: Client, number: int, text: str = "") -> str:
    """The agent edits that line; what it is told by it."""
    reply = who.edit("a.py", f"line {number}\n", text or f"{who.repo.root.name} {number}\n")
    assert not reply.denied, reply.reason
    return reply.context


def committed(who: Client, *arguments: str) -> str:
    """The agent commits all it has; gives the commit."""
    done = commit(who, "-a", "-m", "feat: Change", *arguments)
    assert done.status == 0, done
    return who.repo.git("rev-parse", "HEAD")


@pytest.fixture
def aged(here: Repo):
    """Makes everything in the state so many seconds older."""

    def age(seconds: float) -> None:
        def rule(view: View) -> Change:
            writes: dict[str, object] = {}
            for name in view.names("agent"):
                agent = view.agent(name)
                writes[f"agent/{name}"] = agent._replace(seen=agent.seen - seconds)
            for path in view.names("path"):
                record = view.path(path)
                for key, tree in record.trees.items():
                    locks = tuple(
                        lock._replace(last=lock.last - seconds, acquired=lock.acquired - seconds) for lock in tree.locks
                    )
                    release = tree.release and (*tree.release[:3], tree.release[3] - seconds)
                    record = record.with_tree(key, tree._replace(locks=locks, release=release))
                writes[f"path/{path}"] = record
            return Change(None, writes)

        here.store.transact(rule)

    return age


class TestLines:
    def test_the_same_lines_are_told_to_both_with_hunk_branch_and_command(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        told = edit(ben, 5)
        assert "] agent-1 is changing a.py in worktree side; " in told
        for part in ("at line 5", "branch feature/side", "-line 5", "+side 5", "git merge feature/side"):
            assert part in told, told
        told = edit(anna, 15)
        assert "] agent-2 is changing a.py in the main worktree; " in told
        for part in ("at line 5", "branch feature/mine", "+repo 5", "git merge feature/mine"):
            assert part in told, told

    def test_once(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        assert [bool(edit(ben, number)) for number in (5, 9, 12)] == [True, False, False]
        assert [bool(edit(anna, number)) for number in (15, 17)] == [True, False]
        (warned,) = ben.repo.events("warned")
        assert (warned["agent"], warned["holder"], warned["severity"]) == ("agent-2", "agent-1", "medium")

    def test_again_for_another_place(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        assert edit(ben, 5)
        assert edit(anna, 15)
        assert "+side 15" in edit(ben, 15)

    @pytest.mark.parametrize(("theirs", "mine", "tells"), [(5, 5, True), (5, 6, True), (5, 4, True), (5, 7, False)])
    def test_right_beside_counts_a_kept_line_between_does_not(
        self, anna: Client, ben: Client, theirs: int, mine: int, tells: bool
    ) -> None:
        edit(anna, theirs)
        assert bool(edit(ben, mine)) == tells

    def test_the_same_change_on_both_sides_is_none(self, anna: Client, ben: Client) -> None:
        edit(anna, 5, "same\n")
        assert edit(ben, 5, "same\n") == ""

    def test_a_new_file_on_both_sides(self, anna: Client, ben: Client) -> None:
        anna.write("new.py", "anna\n")
        assert "agent-1 is changing new.py" in ben.write("new.py", "ben\n").context

    def test_a_commands_edit_counts(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        told = ben.run("sed -i 's/line 5$/sed/' a.py").context
        assert "agent-1 is changing a.py in worktree side" in told


class TestLanded:
    """What the target branch holds is nobody's surprise."""

    def test_committed_and_not_landed_counts(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        committed(anna)
        told = edit(ben, 5)
        assert "] agent-1 changed a.py in worktree side; " in told
        assert "then: git merge feature/side" in told

    def test_what_no_lock_was_on_counts_where_an_agent_commits_it(self, anna: Client, ben: Client) -> None:
        anna.run("for n in $(seq 30); do echo $n > many-$n; done; sed -i 's/line 5$/swept/' a.py; git add -A")
        assert anna.repo.store.read().path("a.py").trees == {}
        committed(anna)
        assert "agent-1 changed a.py in worktree side" in edit(ben, 5)

    def test_what_a_person_committed_does_not(self, anna: Client, ben: Client) -> None:
        anna.repo.write("a.py", with_line(5, "person\n"))
        anna.repo.commit("A person's")
        assert edit(ben, 5) == ""

    def test_a_squash_merge_lands_it(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        committed(anna)
        ben.repo.git("switch", "-q", "main")
        ben.repo.git("merge", "-q", "--squash", "feature/side")
        ben.repo.commit("Squashed")
        ben.repo.git("switch", "-q", "feature/mine")
        assert edit(ben, 5) == ""

    def test_among_other_changes_of_the_target_it_has_landed_too(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        committed(anna)
        ben.repo.git("switch", "-q", "main")
        ben.repo.write("a.py", with_line(5, "side 5\n", with_line(18, "main 18\n").splitlines(keepends=True)))
        ben.repo.commit("Squashed, with something else")
        ben.repo.git("switch", "-q", "feature/mine")
        assert edit(ben, 5) == ""
        edit(anna, 12)
        assert "+side 12" in edit(ben, 12), "what came later has not landed"

    def test_what_is_made_anew_is_nobodys_matter(self, anna: Client, ben: Client) -> None:
        anna.write("uv.lock", "anna\n")
        assert ben.write("uv.lock", "ben\n").context == ""

    @pytest.mark.parametrize(("added", "tells"), [("from pkg.{} import x\n", False), ("# {} works here\n", True)])
    def test_exports_may_stand_side_by_side_but_comments_alone_are_none(
        self, anna: Client, client, here: Repo, added: str, tells: bool
    ) -> None:
        for who, name in ((anna, "anna"), (client(here), "ben")):
            told = who.write("pkg/__init__.py", added.format(name)).context
        assert bool(told) == tells

    def test_what_main_made_of_it_since_is_not_looked_at(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        committed(anna)
        ben.repo.git("switch", "-q", "main")
        ben.repo.git("merge", "-q", "--squash", "feature/side")
        ben.repo.commit("Squashed")
        ben.repo.write("a.py", with_line(5, "changed since\n"))
        ben.repo.commit("Since")
        ben.repo.git("switch", "-q", "feature/mine")
        assert edit(ben, 5) == ""

    def test_a_stacked_branch_has_it(self, anna: Client, client) -> None:
        edit(anna, 5)
        committed(anna)
        stacked = anna.repo.worktree("stacked", "feature/stacked")
        carl = client(stacked)
        assert carl.edit("a.py", "side 5\n", "carl\n").context == ""

    def test_a_cherry_pick_has_it(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        committed(anna)
        ben.repo.git("cherry-pick", "feature/side")
        assert edit(ben, 15) == ""
        assert edit(ben, 7) == ""

    def test_a_worktree_idle_for_a_day_is_quiet(self, anna: Client, ben: Client, aged) -> None:
        edit(anna, 5)
        committed(anna)
        edit(anna, 15)
        aged(90000)
        assert edit(ben, 5) == ""
        assert edit(ben, 15) == ""

    def test_bytes_of_an_agent_that_ended_still_have_to_be_merged(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        anna.end()
        assert "agent-1 is changing a.py" in edit(ben, 5)

    def test_a_worktree_that_is_gone_is_quiet(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        committed(anna)
        ben.repo.git("worktree", "remove", str(anna.repo.root))
        assert edit(ben, 5) == ""

    def test_the_target_is_what_the_origin_says(self, anna: Client, ben: Client, here: Repo) -> None:
        edit(anna, 5)
        committed(anna)
        here.git("update-ref", "refs/remotes/origin/trunk", "feature/side")
        here.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
        assert edit(ben, 5) == ""


class TestCriticalFile:
    """It passes on only to a worktree that contains the version that released it."""

    @pytest.fixture(autouse=True)
    def critical(self, here: Repo) -> None:
        here.guard(policy(critical={"a.py": 600}, locks={"wait_s": 0}))

    @pytest.fixture
    def released(self, anna: Client, ben: Client) -> str:
        """Anna committed line 5 in her worktree; gives the commit."""
        edit(anna, 5)
        return committed(anna)

    def test_is_denied_with_their_change_and_the_merge_that_helps(self, ben: Client, released: str) -> None:
        reason = ben.edit("a.py", "line 15\n", "mine\n").reason
        for part in (
            "a.py is a critical file",
            "agent-1",
            "worktree side",
            "@@ line 5\n",
            "+side 5",
            "Run `git merge feature/side`",
        ):
            assert part in reason, reason
        assert len(reason) <= 600
        assert ben.repo.read("a.py") == TEXT
        ben.repo.git("merge", "-q", "feature/side")
        assert edit(ben, 15) == ""

    def test_the_worktree_that_released_it_has_it(self, anna: Client, client, released: str) -> None:
        assert edit(client(anna.repo), 15) == ""

    @pytest.mark.parametrize("how", ["squash", "pick", "copy"])
    def test_passes_to_whoever_has_the_content(self, ben: Client, released: str, how: str) -> None:
        if how == "squash":
            ben.repo.git("merge", "-q", "--squash", "feature/side")
        elif how == "pick":
            ben.repo.git("cherry-pick", "-n", "feature/side")
        else:
            ben.repo.write("a.py", with_line(1, "own\n"))
            ben.repo.commit("Own line")
            ben.repo.write("a.py", with_line(1, "own\n").replace("line 5\n", "side 5\n"))
        ben.repo.commit("The same content")
        assert edit(ben, 15) == ""

    def test_a_merge_that_was_resolved_otherwise_has_it(self, ben: Client, released: str) -> None:
        ben.repo.git("merge", "-q", "-s", "ours", "--no-edit", "feature/side")
        assert edit(ben, 15) == ""

    def test_that_one_has_it_lets_nobody_else_in(self, ben: Client, client, released: str) -> None:
        carl = client(ben.repo.worktree("third", "feature/third"))
        ben.repo.git("merge", "-q", "feature/side")
        assert not ben.pre("Edit", "a.py").denied
        ben.fail()
        assert "git merge feature/side" in carl.edit("a.py", "line 15\n", "carl\n").reason

    def test_a_content_that_was_here_and_went_on_has_it(self, ben: Client, released: str) -> None:
        ben.repo.git("merge", "-q", "--squash", "feature/side")
        ben.repo.commit("The same content")
        ben.repo.write("a.py", with_line(5, "further\n"))
        ben.repo.commit("Further")
        assert edit(ben, 15) == ""

    def test_an_amended_release_counts_as_it_is_now(self, anna: Client, ben: Client, released: str) -> None:
        edit(anna, 15)
        assert committed(anna, "--amend") != released
        ben.repo.git("cherry-pick", released)
        assert "+side 15" in ben.edit("a.py", "line 10\n", "mine\n").reason
        ben.repo.git("reset", "-q", "--hard", "HEAD~")
        ben.repo.git("merge", "-q", "feature/side")
        assert edit(ben, 10) == ""

    def test_an_amended_release_that_no_hook_saw(self, anna: Client, ben: Client, released: str) -> None:
        anna.repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "-m", "Another name")
        assert ben.edit("a.py", "line 10\n", "mine\n").denied
        ben.repo.git("merge", "-q", "feature/side")
        assert edit(ben, 10) == ""

    def test_a_reverted_release_keeps_nobody_out(self, anna: Client, ben: Client, released: str) -> None:
        anna.repo.git("revert", "--no-edit", "HEAD")
        assert edit(ben, 15) == ""

    def test_a_branch_that_is_gone_keeps_nobody_out(self, anna: Client, ben: Client, released: str) -> None:
        ben.repo.git("worktree", "remove", str(anna.repo.root))
        assert ben.edit("a.py", "line 15\n", "mine\n").denied, "the branch is still there to be merged"
        ben.repo.git("branch", "-qD", "feature/side")
        assert edit(ben, 15) == ""
        assert not any(tree.release for tree in ben.repo.store.read().path("a.py").trees.values())

    def test_where_it_landed_that_is_what_to_merge(self, anna: Client, ben: Client, released: str) -> None:
        ben.repo.git("worktree", "remove", str(anna.repo.root))
        ben.repo.git("branch", "-qf", "main", released)
        ben.repo.git("branch", "-qD", "feature/side")
        assert "Run `git merge main`" in ben.edit("a.py", "line 15\n", "mine\n").reason
        ben.repo.git("merge", "-q", "main")
        assert edit(ben, 15) == ""

    def test_a_worktree_in_which_nothing_happened_for_a_day(self, ben: Client, released: str, aged) -> None:
        aged(90000)
        assert edit(ben, 15) == ""

    def test_a_person_may_open_it(self, ben: Client, released: str) -> None:
        command = [sys.executable, "-m", "pucs", "unlock", "--force", "a.py"]
        subprocess.run(command, cwd=ben.repo.root, env={**ben.repo.env, "PYTHONPATH": str(ROOT)}, check=True)
        assert edit(ben, 15) == ""

    def test_the_newest_of_several_is_named(self, ben: Client, client, released: str) -> None:
        carl = client(ben.repo.worktree("third", "feature/third"))
        carl.repo.git("merge", "-q", "feature/side")
        edit(carl, 15)
        committed(carl)
        assert "git merge feature/third" in ben.edit("a.py", "line 10\n", "mine\n").reason
        ben.repo.git("merge", "-q", "feature/third")
        assert edit(ben, 10) == ""

    def test_a_file_that_git_does_not_know_yet(self, ben: Client, anna: Client, here: Repo) -> None:
        here.guard(policy(critical={"new.py": 600}, locks={"wait_s": 0}))
        anna.write("new.py", "anna\n")
        anna.repo.git("add", "new.py")
        committed(anna)
        assert ben.write("new.py", "ben\n").denied
        ben.repo.git("merge", "-q", "feature/side")
        assert not ben.edit("new.py", "anna\n", "ben\n").denied

    def test_two_that_look_at_once_are_not_both_let_in(self, anna: Client, ben: Client) -> None:
        """Both saw the path free in the other worktree; the second to record it looks again."""
        for _ in range(5):
            with ThreadPoolExecutor(2) as pool:
                replies = list(pool.map(lambda who: who.pre("Edit", "a.py"), (anna, ben)))
            assert sorted(one.denied for one in replies) == [False, True], replies
            for who in (anna, ben):
                who.fail()
                who._open.clear()


class TestDeny:
    @pytest.fixture(autouse=True)
    def denying(self, here: Repo) -> None:
        here.guard(policy(locks={"across_worktrees": "deny", "wait_s": 0}))

    def test_the_same_lines_with_their_change_and_a_ticket(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        reason = ben.edit("a.py", "line 5\n", "mine\n").reason
        for part in (
            "these lines of a.py",
            "agent-1",
            "worktree side",
            "@@ line 5\n",
            "+side 5",
            "`pucs wait t",
            "`git merge feature/side`",
        ):
            assert part in reason, reason
        assert len(reason) <= 600
        assert ben.repo.read("a.py") == TEXT

    def test_other_lines_are_free(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        assert edit(ben, 10) == ""

    def test_only_this_edit_counts(self, anna: Client, ben: Client, here: Repo) -> None:
        here.guard(policy(locks={"across_worktrees": "warn"}))
        edit(anna, 5)
        edit(ben, 5)
        here.guard(policy(locks={"across_worktrees": "deny", "wait_s": 0}))
        assert not ben.edit("a.py", "line 10\n", "mine\n").denied
        assert ben.edit("a.py", "repo 5\n", "mine\n").denied

    def test_committed_lines_until_they_are_merged(self, anna: Client, ben: Client) -> None:
        edit(anna, 5)
        committed(anna)
        reason = ben.edit("a.py", "line 5\n", "mine\n").reason
        assert "have not landed" in reason
        assert "Run `git merge feature/side`, then edit again." in reason
        assert "pucs wait" not in reason
        ben.repo.git("merge", "-q", "feature/side")
        assert ben.edit("a.py", "side 5\n", "mine\n").context == ""

    def test_an_open_call_has_no_lines_yet(self, anna: Client, ben: Client) -> None:
        anna.pre("Edit", "a.py", old_string="line 15\n", new_string="x\n")
        assert ben.edit("a.py", "line 5\n", "mine\n").denied
