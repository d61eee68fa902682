"""Two agents in one file, and each commits its own lines: `pucs commit`, and the gate that asks for it."""

import re
import subprocess
import sys
import threading

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

    def test_all_at_once_each_with_its_own_lines_and_message(self, client, shared: Repo, anna, ben) -> None:
        carl = client(shared, PUCS_AGENT_ID="carl")
        carl.start()
        assert carl.edit("a.py", "line 18\n", "CARL\n").silent
        everybody = {"anna": anna, "ben": ben, "carl": carl}
        done: dict[str, Done] = {}
        threads = [
            threading.Thread(target=lambda name=name: done.update({name: apart(everybody[name], "-m", name)}))
            for name in everybody
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert {name: one.status for name, one in done.items()} == dict.fromkeys(everybody, 0), done
        for commit_id in shared.git("rev-list", "HEAD~3..").split():
            name, _, patch = shared.git("show", "--format=%s", "-U0", commit_id).partition("\n")
            added = [line[1:] for line in patch.splitlines() if line.startswith("+") and not line.startswith("+++")]
            assert [line.split()[0] for line in added] == [name.upper()]
        assert shared.git("status", "--porcelain") == ""

    def test_what_a_person_commits_meanwhile_is_not_taken_back(self, shared: Repo, anna, ben) -> None:
        """The commit is made between the look at HEAD and git's: by a hook that runs whenever an index is written."""
        hook = shared.common / "hooks/post-index-change"
        hook.write_text(
            "#!/bin/sh\nunset GIT_INDEX_FILE GIT_DIR\n[ -e .git/once ] || exit 0\nrm .git/once\n"
            "blob=$(echo person | git hash-object -w --stdin)\n"
            "tree=$( (git ls-tree HEAD | grep -v b.py; printf '100644 blob %s\\tb.py\\n' $blob) | git mktree)\n"
            "git update-ref refs/heads/main $(git commit-tree -p HEAD -m Person $tree)\n"
        )
        hook.chmod(0o755)
        (shared.root / ".git/once").write_text("")
        done = apart(anna, "-m", "Anna")
        assert done.status == 0, done
        assert shared.git("log", "--format=%s", "-2").split() == ["Anna", "Person"]
        assert shared.git("show", "HEAD:b.py") == "person"
        assert files(shared) == ["a.py"]

    def test_the_mode_of_a_shared_file_is_nobodys(self, shared: Repo, anna, ben) -> None:
        (shared.root / "a.py").chmod(0o755)
        assert apart(ben, "-m", "Ben").status == 0
        assert shared.git("ls-tree", "HEAD", "a.py").startswith("100644")
        assert apart(anna, "-m", "Anna").status == 0, "she has it alone now"
        assert shared.git("ls-tree", "HEAD", "a.py").startswith("100755")
        assert shared.git("status", "--porcelain") == ""

    def test_paths_are_those_of_denials_or_of_the_current_folder(self, shared: Repo, anna, ben) -> None:
        shared.write("sub/a.py", TEXT)
        shared.write("sub/b.py", TEXT)
        shared.git("add", "sub")
        shared.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Sub", "sub")
        for name in ("sub/a.py", "sub/b.py", "b.py"):
            assert ben.write(name, "ben\n").silent
        assert apart(ben, "-m", "x", "a.py", cwd="sub").status == 0
        assert files(shared) == ["sub/a.py"], "changed by ben, as the other one is"
        assert apart(ben, "-m", "x", "sub/b.py", cwd="sub").status == 0
        assert files(shared) == ["sub/b.py"]
        assert apart(ben, "-m", "x", "..", cwd="sub").status == 0
        assert files(shared) == ["a.py", "b.py"]

    @pytest.mark.parametrize("name", ["with space.py", "ü.py", "-x.py", "[x].py", ":(top)x.py"])
    def test_names_that_git_might_take_for_something_else(self, shared: Repo, anna, ben, name: str) -> None:
        shared.write(name, TEXT)
        shared.git("--literal-pathspecs", "add", "--", name)
        shared.git("-c", "core.hooksPath=/dev/null", "--literal-pathspecs", "commit", "-qm", "Name", "--", name)
        assert anna.edit(name, "line 5\n", "ANNA\n").silent
        assert ben.edit(name, "line 15\n", "BEN\n").silent
        assert apart(ben, "-m", "x", "--", name).status == 0
        assert shared.git("show", f"HEAD:{name}") + "\n" == put(TEXT, "line 15\n", "BEN\n")

    def test_the_first_commit_of_all(self, shared: Repo, anna, ben) -> None:
        shared.git("update-ref", "-d", "HEAD")
        assert apart(anna, "-m", "Anna").status == 0
        assert shared.git("show", "HEAD:a.py") + "\n" == put(TEXT, "line 5\n", "ANNA 5\n")

    def test_through_a_link(self, client, shared: Repo, anna, ben) -> None:
        (shared.root / "link.py").symlink_to("b.py")
        shared.write("b.py", TEXT)
        shared.git("add", "link.py", "b.py")
        shared.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Link", "link.py", "b.py")
        assert anna.edit("link.py", "line 5\n", "ANNA\n").silent
        assert ben.edit("b.py", "ANNA\n", "BEN\n").denied
        assert ben.edit("b.py", "line 15\n", "BEN\n").silent
        assert apart(ben, "-m", "Ben", "b.py").status == 0
        assert shared.git("show", "HEAD:b.py") + "\n" == put(TEXT, "line 15\n", "BEN\n")

    @pytest.mark.parametrize("setting", ["core.autocrlf=true", "eol=crlf"])
    def test_line_ends_that_git_converts(self, shared: Repo, anna, ben, setting: str) -> None:
        if setting.startswith("core"):
            shared.git("config", *setting.split("="))
        else:
            shared.write(".gitattributes", f"*.py text {setting}\n")
        shared.write("b.py", TEXT.replace("\n", "\r\n"))
        shared.git("add", "b.py")
        shared.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "CRLF", "b.py")
        assert anna.edit("b.py", "line 5\r\n", "ANNA\r\n").silent
        assert ben.edit("b.py", "line 15\r\n", "BEN\r\nBEN 2\r\n").silent
        assert commit(anna, "-m", "All", "b.py").refused
        assert apart(anna, "-m", "Anna", "b.py").status == 0
        assert shared.git("show", "HEAD:b.py") + "\n" == put(TEXT, "line 5\n", "ANNA\n")
        assert apart(ben, "-m", "Ben", "b.py").status == 0
        assert shared.git("show", "HEAD:b.py") + "\n" == shared.read("b.py").replace("\r", "")


class TestWhatGitDoesWithTheRest:
    def test_a_person_commits_one_hunk(self, shared: Repo, anna, ben) -> None:
        hunks = re.split(r"(?m)^(?=@@)", run(shared, "diff", "-U0").stdout)
        shared.write(".git/one", hunks[0] + hunks[1])
        run(shared, "apply", "--cached", "--unidiff-zero", ".git/one", check=True)
        done = as_person(shared, "-m", "Hers")
        assert "changes of anna: a.py" in "".join(done.said)
        assert holders(shared) == {"ben"}
        assert apart(ben, "-m", "Ben").status == 0
        assert shared.git("status", "--porcelain") == ""

    def test_a_person_throws_one_hunk_away(self, shared: Repo, anna, ben) -> None:
        discard = ["git", "checkout", "-p", "a.py"]
        subprocess.run(discard, input=b"y\nn\nn\n", cwd=shared.root, env=shared.env, check=True, capture_output=True)
        assert "ANNA" not in shared.read("a.py")
        assert ben.edit("a.py", "line 5\n", "BEN 5\n").silent
        assert holders(shared) == {"ben"}
        assert "nothing of anna" in apart(anna, "-m", "Anna").stderr
        assert apart(ben, "-m", "Ben").status == 0
        assert shared.git("status", "--porcelain") == ""

    def test_an_agent_commits_its_hunk_with_git(self, shared: Repo, anna, ben) -> None:
        env = {**shared.env, "GIT_EDITOR": "true", **as_agent(anna)}
        command = ["git", "commit", "-q", "-p", "-m", "Mine", "a.py"]
        subprocess.run(command, input=b"y\nn\nn\n", cwd=shared.root, env=env, check=True, capture_output=True)
        assert shared.git("show", "HEAD:a.py") + "\n" == put(TEXT, "line 5\n", "ANNA 5\n")
        assert holders(shared) == {"ben"}

    def test_picks_and_reverts_of_each_fit(self, shared: Repo, anna, ben) -> None:
        other = shared.worktree("other")
        assert apart(anna, "-m", "Anna").status == 0
        assert apart(ben, "-m", "Ben").status == 0
        run(other, "cherry-pick", "main", check=True)
        run(other, "cherry-pick", "main~1", check=True)
        assert other.read("a.py") == shared.read("a.py")
        both = shared.read("a.py")
        run(shared, "revert", "--no-edit", "HEAD~1", check=True)
        assert shared.read("a.py") == put(both, "ANNA 5\n", "line 5\n")

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
