"""Two agents in one file, and each commits its own lines: `pucs commit`, and the gate that asks for it."""

import subprocess
import sys

import pytest

from tests.commits.conftest import Done, as_agent, as_person, commit, files, run
from tests.support import ROOT, Client, Repo, policy

TEXT = "".join(f"line {n}\n" for n in range(1, 21))


def apart(client: Client, *arguments: str, cwd: str = ".") -> Done:
    """`pucs commit` in the agent's shell."""
    env = {**client.repo.env, **as_agent(client), "PYTHONPATH": str(ROOT), **client._env}
    command = [sys.executable, "-m", "pucs", "commit", *arguments]
    done = subprocess.run(command, cwd=client.repo.root / cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 4, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def put(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.fixture
def shared(free: Repo) -> Repo:
    free.guard(policy(locks={"wait_s": 0}))
    free.write("a.py", TEXT)
    free.commit("A longer file")
    return free


@pytest.fixture
def anna(client, shared: Repo) -> Client:
    one = client(shared, PUCS_AGENT_ID="anna")
    one.start()
    assert one.edit("a.py", "line 5\n", "ANNA 5\n").silent
    return one


@pytest.fixture
def ben(client, anna: Client) -> Client:
    one = client(anna.repo, PUCS_AGENT_ID="ben")
    one.start()
    assert one.edit("a.py", "line 15\n", "").silent
    assert one.edit("a.py", "line 12\n", "line 12\nBEN\n").silent
    return one


def holders(repo: Repo, path: str = "a.py") -> set[str]:
    return {lock.agent for tree in repo.store.read().path(path).trees.values() for lock in tree.locks}


class TestGate:
    def test_bundling_is_refused_with_these_lines_and_the_next_command(self, shared: Repo, anna, ben) -> None:
        done = commit(anna, "-a", "-m", "Take all")
        assert done.refused
        assert done.said[1].startswith(
            "  a.py: takes along line 13, what was removed before line 16, which are uncommitted changes of ben since"
        )
        assert done.said[1].endswith("To commit without them: pucs commit -m MESSAGE a.py")
        assert "line 5" not in done.said[1]

    def test_each_is_refused_the_others(self, shared: Repo, anna, ben) -> None:
        assert "takes along line 5, which are uncommitted changes of anna" in commit(ben, "-am", "All").said[1]

    def test_staged_lines_of_ones_own_pass(self, shared: Repo, anna, ben) -> None:
        now = shared.read("a.py")
        shared.write("a.py", put(TEXT, "line 5\n", "ANNA 5\n"))
        shared.git("add", "a.py")
        shared.write("a.py", now)
        assert commit(anna, "-m", "Mine").status == 0
        assert shared.git("show", "HEAD:a.py") + "\n" == put(TEXT, "line 5\n", "ANNA 5\n")
        assert holders(shared) == {"ben"}

    def test_a_deletion_alone_is_somebodys(self, shared: Repo, anna, ben) -> None:
        now = shared.read("a.py")
        shared.write("a.py", put(put(TEXT, "line 5\n", "ANNA 5\n"), "line 15\n", ""))
        shared.git("add", "a.py")
        shared.write("a.py", now)
        assert "what was removed before line 16" in commit(anna, "-m", "Mine").said[1]

    def test_a_person_takes_all_and_both_are_told(self, shared: Repo, anna, ben) -> None:
        assert as_person(shared, "-am", "All").status == 0
        assert holders(shared) == set()
        assert shared.store.read().path("a.py").tree(".").weave is None
        assert "committed your change to a.py" in anna.batch().context
        assert "committed your change to a.py" in ben.batch().context

    def test_a_commit_that_no_hook_saw_is_found_out(self, client, shared: Repo, anna, ben) -> None:
        now = shared.read("a.py")
        shared.write("a.py", put(TEXT, "line 5\n", "ANNA 5\n"))
        shared.git("add", "a.py")
        shared.write("a.py", now)
        shared.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Unseen")
        carl = client(shared, PUCS_AGENT_ID="carl")
        assert carl.edit("a.py", "ANNA 5\n", "CARL 5\n").silent
        assert carl.edit("a.py", "BEN\n", "CARL\n").denied

    def test_all_of_it_committed_unseen_is_in_nobodys_commit(self, client, shared: Repo, anna, ben) -> None:
        shared.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "Unseen")
        shared.write("a.py", TEXT)
        shared.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "And taken back")
        carl = client(shared, PUCS_AGENT_ID="carl")
        carl.start()
        assert carl.edit("a.py", "line 9\n", "CARL\n").silent
        assert holders(shared) == {"carl"}
        assert apart(carl, "-m", "Carl").status == 0
        assert shared.git("status", "--porcelain") == ""


class TestApart:
    def test_each_commit_has_its_own_lines_and_together_they_are_the_tree(self, shared: Repo, anna, ben) -> None:
        tree = shared.read("a.py")
        assert apart(anna, "-m", "Anna").status == 0
        assert shared.git("show", "HEAD:a.py") + "\n" == put(TEXT, "line 5\n", "ANNA 5\n")
        assert shared.read("a.py") == tree
        assert shared.git("status", "--porcelain") == " M a.py"
        assert "ANNA" not in shared.git("diff", "-U0")
        assert holders(shared) == {"ben"}
        assert apart(ben, "-m", "Ben", "a.py").status == 0
        assert shared.git("show", "HEAD:a.py") + "\n" == tree
        assert shared.git("status", "--porcelain") == ""
        assert holders(shared) == set()
        assert list((shared.common).glob("pucs-index-*")) == []

    def test_the_hooks_see_it(self, shared: Repo, anna, ben) -> None:
        assert apart(anna, "-m", "Anna").status == 0
        assert shared.events("committed")[-1]["agent"] == "anna"
        hook = shared.common / "hooks/pre-commit"
        hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
        head = shared.git("rev-parse", "HEAD")
        done = apart(ben, "-m", "Ben")
        assert (done.status, "no" in done.stderr) == (1, True)
        assert shared.git("rev-parse", "HEAD") == head
        assert holders(shared) == {"ben"}

    def test_other_files_and_what_others_staged_stay_as_they_are(self, shared: Repo, anna, ben) -> None:
        shared.write("b.py", "person\n")
        shared.git("add", "b.py")
        anna.write("new.py", "anna\n")
        ben.write("docs/x.md", "ben\n")
        assert apart(anna, "-m", "Anna").status == 0
        assert files(shared) == ["a.py", "new.py"]
        assert shared.git("status", "--porcelain") == " M a.py\nM  b.py\n M docs/x.md"

    def test_paths_choose(self, shared: Repo, anna, ben) -> None:
        anna.write("docs/new.md", "anna\n")
        assert apart(anna, "-m", "Docs only", "docs").status == 0
        assert files(shared) == ["docs/new.md"]
        assert holders(shared) == {"anna", "ben"}

    def test_a_file_that_was_deleted_or_is_whole(self, shared: Repo, anna, ben) -> None:
        assert anna.pre("mcp__files__delete_file", path=str(shared.root / "b.py")).silent
        (shared.root / "b.py").unlink()
        anna.post()
        assert apart(anna, "-m", "Without b").status == 0
        assert files(shared) == ["a.py", "b.py"]
        assert shared.git("ls-files", "b.py") == ""

    def test_work_goes_on_after_the_others_commit(self, shared: Repo, anna, ben) -> None:
        assert apart(anna, "-m", "Anna").status == 0
        assert anna.edit("a.py", "ANNA 5\n", "ANNA 5 again\n").silent
        assert ben.edit("a.py", "line 1\n", "BEN 1\n").silent
        assert anna.edit("a.py", "BEN 1\n", "x\n").denied
        tree = shared.read("a.py")
        assert apart(ben, "-m", "Ben").status == 0
        assert "again" not in shared.git("show", "HEAD:a.py")
        assert apart(anna, "-m", "Anna again").status == 0
        assert shared.git("show", "HEAD:a.py") + "\n" == tree

    def test_the_head_may_be_ahead_of_what_the_lock_began_from(self, shared: Repo, anna, ben) -> None:
        """A person's uncommitted lines were there before."""
        assert apart(anna, "-m", "Anna").status == 0
        assert apart(ben, "-m", "Ben").status == 0
        shared.write("a.py", put(shared.read("a.py"), "line 20\n", "PERSON\n"))
        assert anna.edit("a.py", "line 2\n", "ANNA 2\n").silent
        assert ben.edit("a.py", "line 10\n", "BEN 10\n").silent
        assert apart(anna, "-m", "Two").status == 0
        shown = shared.git("show", "HEAD:a.py")
        assert "ANNA 2" in shown
        assert "PERSON" not in shown
        assert "BEN 10" not in shown
        assert apart(ben, "-m", "Three").status == 0
        assert "PERSON" in shared.git("diff")
        assert "BEN 10" in shared.git("show", "HEAD:a.py")

    def test_lines_that_were_there_before_are_nobodys_without_company_too(self, client, shared: Repo) -> None:
        shared.write("a.py", put(TEXT, "line 20\n", "PERSON\n"))
        anna = client(shared, PUCS_AGENT_ID="anna")
        assert anna.edit("a.py", "line 5\n", "ANNA\n").silent
        assert apart(anna, "-m", "Anna").status == 0
        assert shared.git("show", "HEAD:a.py") + "\n" == put(TEXT, "line 5\n", "ANNA\n")
        assert "PERSON" in shared.read("a.py")

    def test_line_ends_filters_and_modes(self, client, shared: Repo) -> None:
        shared.write(".gitattributes", "*.txt text eol=crlf\n")
        shared.write("x.txt", TEXT)
        (shared.root / "x.txt").chmod(0o755)
        shared.commit("CRLF in the tree, LF in git")
        shared.write("x.txt", TEXT.replace("\n", "\r\n"))
        shared.git("add", "x.txt")
        assert shared.git("status", "--porcelain") == ""
        anna, ben = client(shared, PUCS_AGENT_ID="anna"), client(shared, PUCS_AGENT_ID="ben")
        assert anna.edit("x.txt", "line 5\r\n", "ANNA\r\n").silent
        assert ben.edit("x.txt", "line 15\r\n", "BEN\r\n").silent
        assert apart(ben, "-m", "Ben").status == 0
        assert shared.git("show", "HEAD:x.txt") + "\n" == put(TEXT, "line 15\n", "BEN\n")
        assert shared.git("ls-tree", "HEAD", "x.txt").startswith("100755")
        assert apart(anna, "-m", "Anna").status == 0
        assert shared.git("status", "--porcelain") == ""

    def test_in_a_linked_worktree(self, client, shared: Repo) -> None:
        other = shared.worktree("other")
        anna, ben = client(other, PUCS_AGENT_ID="anna"), client(other, PUCS_AGENT_ID="ben")
        assert anna.edit("a.py", "line 5\n", "ANNA\n").silent
        assert ben.edit("a.py", "line 15\n", "BEN\n").silent
        assert apart(anna, "-m", "Anna").status == 0
        assert "BEN" not in other.git("show", "HEAD:a.py")
        assert "ANNA" in other.git("show", "HEAD:a.py")
        assert other.git("status", "--porcelain") == " M a.py"

    def test_nothing_of_ones_own_is_refused(self, client, shared: Repo, anna, ben) -> None:
        carl = client(shared, PUCS_AGENT_ID="carl")
        carl.start()
        done = apart(carl, "-m", "Nothing")
        assert (done.status, "nothing of carl is uncommitted" in done.stderr) == (1, True)

    def test_in_the_middle_of_a_merge_git_concludes(self, shared: Repo, anna, ben) -> None:
        shared.write("b.py", "other\n")
        run(shared, "checkout", "-q", "-b", "side", check=True)
        shared.git("commit", "-qm", "Side", "--no-verify", "b.py")
        run(shared, "checkout", "-q", "main", check=True)
        run(shared, "merge", "--no-ff", "--no-commit", "side")
        assert "conclude it with git" in apart(anna, "-m", "x").stderr

    def test_a_person_has_git(self, shared: Repo) -> None:
        env = {**shared.env, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "pucs", "commit", "-m", "x"]
        done = subprocess.run(command, cwd=shared.root, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, "git commit" in done.stderr) == (1, True)


class TestWhatGitDoesWithTheRest:
    def test_amending_ones_own_commit(self, shared: Repo, anna, ben) -> None:
        assert apart(anna, "-m", "Anna").status == 0
        assert commit(anna, "--amend", "-m", "Anna again").status == 0
        assert "BEN" not in shared.git("show", "HEAD:a.py")
        assert holders(shared) == {"ben"}
        assert apart(ben, "-m", "Ben").status == 0
        assert shared.git("status", "--porcelain") == ""

    def test_stash_and_pop(self, client, shared: Repo, anna, ben) -> None:
        carl = client(shared, PUCS_AGENT_ID="carl")
        assert apart(anna, "-m", "Anna").status == 0
        run(shared, "stash", "-q", check=True)
        run(shared, "stash", "pop", "-q", check=True)
        assert carl.edit("a.py", "BEN\n", "CARL\n").denied
        assert apart(ben, "-m", "Ben").status == 0
        assert "BEN" in shared.git("show", "HEAD:a.py")

    @pytest.mark.parametrize("first", ["anna", "nobody"])
    def test_a_rebase_brings_lines_of_others_in(self, client, shared: Repo, anna, ben, first: str) -> None:
        """Of whoever committed upstream; the agents' own stay theirs, and their commits contain nothing else."""
        if first == "anna":
            assert apart(anna, "-m", "Anna").status == 0
        upstream = shared.worktree("upstream")
        upstream.git("reset", "-q", "--hard", "HEAD~1" if first == "anna" else "HEAD")
        upstream.write("a.py", put(TEXT, "line 19\n", "UPSTREAM\n"))
        upstream.git("commit", "-qam", "Upstream", "--no-verify")
        run(shared, "rebase", "-q", "--autostash", "upstream", check=True)
        assert all(word in shared.read("a.py") for word in ("ANNA", "BEN", "UPSTREAM"))
        if first == "nobody":
            assert apart(anna, "-m", "Anna").status == 0
        assert apart(ben, "-m", "Ben").status == 0
        assert shared.git("status", "--porcelain") == ""
        assert shared.git("diff", "--stat", "HEAD~1").endswith("1 file changed, 1 insertion(+), 1 deletion(-)")
        assert "UPSTREAM" in shared.git("show", "HEAD~2:a.py")
