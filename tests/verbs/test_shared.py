"""What a repository shares: the stash, branches, history, and working trees with somebody in them."""

import sys
from collections.abc import Callable

import pytest

from tests.support import ROOT, Client, Repo, policy
from tests.verbs.asking import ask
from tests.verbs.scene import instead, run

Make = Callable[..., Client]


class TestStash:
    @pytest.fixture
    def stashed(self, guarded: Repo, client: Make) -> tuple[Client, Client]:
        """Anna's entry at the top, a person's below."""
        guarded.write("docs/x.md", "person's\n")
        guarded.git("stash", "push", "-q", "--", "docs/x.md")
        anna, ben = client(), client()
        anna.write("a.py", "anna's\n")
        assert anna.run("git stash push -q -- a.py").silent
        ben.write("b.py", "ben's\n")
        return anna, ben

    @pytest.mark.parametrize(
        "command",
        [
            "git stash pop",
            "git stash drop",
            "git stash drop 0",
            "git stash pop stash@{0}",
            "git stash apply",
            "git stash clear",
            "git stash branch new",
            "git update-ref -d refs/stash",
            "git reflog delete stash@{0}",
        ],
    )
    def test_anothers_entry_stays(self, guarded: Repo, stashed: tuple[Client, Client], command: str) -> None:
        anna, ben = stashed
        reason = ask(ben, command)
        assert "agent-1" in reason
        assert len(reason) <= 600
        if "branch" not in command:  # that would also change the tree under Ben
            assert ask(anna, command) == ""
        if "apply" not in command:
            count = guarded.git("stash", "list").count("\n")
            run(guarded, "git checkout -q -- b.py; " + command)
            assert guarded.git("stash", "list").count("\n") < count or not guarded.git("stash", "list")

    def test_a_persons_entry_is_anybodys(self, stashed: tuple[Client, Client]) -> None:
        _, ben = stashed
        assert ask(ben, "git stash apply stash@{1}") == ""
        assert ask(ben, "git stash drop 1") == ""

    def test_the_own_entry_is_offered_by_its_number(self, guarded: Repo, stashed: tuple[Client, Client]) -> None:
        anna, ben = stashed
        assert ben.run("git stash push -q -- b.py").silent
        anna.write("a.py", "anna's more\n")
        assert anna.run("git stash push -q -- a.py").silent
        reason = ask(ben, "git stash pop")
        assert instead(reason) == "git stash pop stash@{1}"
        assert ben.run(instead(reason)).silent
        assert guarded.read("b.py") == "ben's\n"

    def test_from_another_worktree(self, guarded: Repo, client: Make, stashed: tuple[Client, Client]) -> None:
        carl = client(guarded.worktree("other"))
        assert "agent-1" in ask(carl, "git stash pop")

    def test_of_an_agent_that_is_gone_a_copy_may_be_taken(self, stashed: tuple[Client, Client]) -> None:
        anna, ben = stashed
        anna.kill()
        assert "agent-1" in ask(ben, "git stash pop")
        assert ask(ben, "git stash apply") == ""


class TestMoving:
    @pytest.mark.parametrize(
        "command",
        [
            "git switch side",
            "git switch -c new",
            "git switch --detach",
            "git checkout side",
            "git checkout -b new",
            "git checkout HEAD~0",
            "git rebase side",
            "git reset --keep side",
            "git bisect start",
            "git symbolic-ref HEAD refs/heads/side",
        ],
    )
    def test_a_tree_with_somebody_in_it_stays_where_it_is(self, guarded: Repo, client: Make, command: str) -> None:
        guarded.git("branch", "side")
        anna, ben = client(), client()
        anna.start()
        assert ask(ben, command) == ""
        anna.write("new.py", "anna's\n")
        reason = ask(ben, command)
        assert "agent-1" in reason
        assert "git worktree add" in reason
        assert ask(anna, command) == ""

    def test_to_stay_is_no_move(self, guarded: Repo, client: Make) -> None:
        client().write("a.py", "anna's\n")
        assert ask(client(), "git switch main") == ""
        assert ask(client(), "git checkout main") == ""

    def test_a_tree_of_its_own_is_its_own(self, guarded: Repo, client: Make) -> None:
        client().write("a.py", "anna's\n")
        ben = client(guarded.worktree("other"))
        for command in ("git switch -c new", "git reset --hard HEAD", "git stash -u", "git clean -fdx", "git add -A"):
            assert ask(ben, command) == "", command

    def test_bytes_that_an_agent_left_do_not_keep_a_tree(self, guarded: Repo, client: Make) -> None:
        anna = client()
        anna.write("a.py", "anna's\n")
        anna.end()
        ben = client()
        assert ask(ben, "git switch -c new") == ""
        assert "agent-1" in ask(ben, "git reset --hard")


class TestBranches:
    @pytest.fixture
    def pair(self, guarded: Repo, client: Make) -> tuple[Client, Client]:
        """Anna at work on `other` in its worktree, and Ben in the main one."""
        anna = client(guarded.worktree("other"))
        anna.write("a.py", "anna's\n")
        guarded.git("branch", "free")
        ben = client()
        ben.write("b.py", "ben's\n")
        return anna, ben

    @pytest.mark.parametrize(
        "command",
        [
            "git branch -D {}",
            "git branch -M {} renamed",
            "git branch -m {} renamed",
            "git branch -f {} HEAD",
            "git branch --delete --force {}",
            "git update-ref refs/heads/{} HEAD",
            "git update-ref -d refs/heads/{}",
            "git push --force origin {}",
            "git push -f origin HEAD:{}",
            "git push origin +{}",
            "git push origin --delete {}",
            "git push origin :{}",
            "git push --force-with-lease origin {}",
        ],
    )
    def test_anothers_is_not_rewritten(self, pair: tuple[Client, Client], command: str) -> None:
        _, ben = pair
        reason = ask(ben, command.format("other"))
        assert "agent-1" in reason
        assert len(reason) <= 600
        assert ask(ben, command.format("free")) == ""

    @pytest.mark.parametrize("command", ["git push --mirror origin", "git push --force --all origin"])
    def test_all_includes_anothers(self, pair: tuple[Client, Client], command: str) -> None:
        assert "agent-1" in ask(pair[1], command)

    @pytest.mark.parametrize("command", ["git push", "git push origin HEAD", "git push --force", "git branch -d other"])
    def test_plain_pushes_and_the_own_branch_pass(self, pair: tuple[Client, Client], command: str) -> None:
        assert ask(pair[1], command) == ""

    @pytest.mark.parametrize("command", ["git worktree remove --force ../other", "git worktree move other ../moved"])
    def test_a_tree_with_an_agent_in_it_is_not_taken(self, pair: tuple[Client, Client], command: str) -> None:
        anna, ben = pair
        assert "agent-1" in ask(ben, command)
        assert ask(anna, command) == ""

    def test_who_committed_last_keeps_a_branch_while_at_work(self, guarded: Repo, client: Make) -> None:
        anna, ben = client(), client()
        ben.start()
        guarded.git("branch", "topic")
        anna.write("a.py", "anna's\n")
        hook = guarded.common / "hooks/post-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\nexec {sys.executable} -m pucs.hosts.git_hooks post-commit\n")
        hook.chmod(0o755)
        env = {"CLAUDE_CODE_SESSION_ID": anna.session, "PYTHONPATH": str(ROOT)}
        guarded.git("checkout", "-q", "topic")
        guarded.git("commit", "-qam", "Anna's", **env)
        guarded.git("checkout", "-q", "main")
        assert "agent-2" in ask(ben, "git branch -D topic")
        assert ask(anna, "git branch -D topic") == ""
        anna.end()
        assert ask(ben, "git branch -D topic") == ""

    def test_an_empty_tree_may_go(self, guarded: Repo, pair: tuple[Client, Client]) -> None:
        guarded.worktree("empty")
        assert ask(pair[1], "git worktree remove ../empty") == ""


class TestHistory:
    @pytest.mark.parametrize(
        "command",
        [
            "git gc --prune=now",
            "git gc --aggressive --prune=all",
            "git prune",
            "git reflog expire --expire=now --all",
            "git reflog expire --expire-unreachable=now --all",
            "git filter-branch --tree-filter true",
            "git filter-repo --path x",
            "git repack -a -d",
        ],
    )
    def test_is_kept_while_others_are_at_work(self, guarded: Repo, client: Make, command: str) -> None:
        anna, ben = client(), client()
        ben.start()
        assert ask(ben, command) == ""
        anna.start()
        assert "agent-2" in ask(ben, command)
        anna.end()
        assert ask(ben, command) == ""

    @pytest.mark.parametrize("command", ["git gc", "git gc --auto", "git prune -n", "git reflog", "git repack -d"])
    def test_what_spares_it_passes(self, client: Make, command: str) -> None:
        client().start()
        assert ask(client(), command) == ""


class TestSwitches:
    def test_observing_denies_nothing_and_logs(self, guarded: Repo, client: Make) -> None:
        guarded.guard(policy(guard={"mode": "observe"}))
        client().write("a.py", "anna's\n")
        assert ask(client(), "git stash") == ""
        (event,) = guarded.events("would_deny")
        assert (event["rule"], event["command"]) == ("takes", "git stash")

    def test_a_denial_is_logged(self, guarded: Repo, client: Make) -> None:
        client().write("a.py", "anna's\n")
        assert ask(client(), "git stash")
        (event,) = guarded.events("denied")
        assert event["command"] == "git stash"

    def test_where_nothing_is_guarded_there_is_silence(self, repo: Repo, client: Make) -> None:
        repo.write("a.py", "changed\n")
        (repo.common / "pucs-installed.json").unlink()
        assert ask(client(repo), "git reset --hard") == ""
