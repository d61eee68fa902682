"""Hot files, with real hooks and real commits: what is made anew, what everybody adds to, versions and exports."""

import pytest

from tests.commits.conftest import as_agent, as_person, commit, files, run
from tests.commits.test_apart import apart, holders
from tests.support import Client, Repo, policy

CHANGES = "# Changelog\n\n## Unreleased\n\n- First\n\n## 1.0\n\n- Begun\n"
EXPORTS = 'from .a import A\n\n__all__ = [\n    "A",\n]\n\n\ndef first():\n    return A\n'
INSTALL = "sort package.json | sed 's/^/resolved /' > package-lock.json"
"""Makes a lock file of what `package.json` says, as the installers of packages do."""


@pytest.fixture
def hot(free: Repo) -> Repo:
    free.guard(policy(locks={"wait_s": 0}))
    free.write("CHANGELOG.md", CHANGES)
    free.write("pkg/__init__.py", EXPORTS)
    free.write("package.json", "".join(f"package {n}\n" for n in range(1, 21)))
    free.write("VERSION", "1.0.0\n")
    free.write("pyproject.toml", '[project]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\n')
    run(free, "add", "-A", check=True)
    assert free.root.exists()
    free.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Hot files")
    return free


@pytest.fixture
def anna(client, hot: Repo) -> Client:
    one = client(hot, PUCS_AGENT_ID="anna")
    one.start()
    return one


@pytest.fixture
def ben(client, hot: Repo) -> Client:
    one = client(hot, PUCS_AGENT_ID="ben")
    one.start()
    return one


@pytest.fixture
def installed(hot: Repo, anna: Client, ben: Client) -> Repo:
    """Both have added a package, and each has had the lock file made anew."""
    hot.write("package-lock.json", "")
    anna.run(INSTALL)
    apart(anna, "-m", "A lock file")
    assert anna.edit("package.json", "package 3\n", "package 3\nannas 1\n").silent
    assert "deny" not in anna.run(INSTALL).stdout
    assert ben.edit("package.json", "package 17\n", "package 17\nzebras 1\n").silent
    assert "deny" not in ben.run(INSTALL).stdout
    return hot


def shown(repo: Repo, path: str, revision: str = "HEAD") -> str:
    return repo.git("show", f"{revision}:{path}") + "\n"


class TestRebuild:
    def test_nobody_is_denied_and_no_conflict_is_recorded(self, installed: Repo) -> None:
        assert holders(installed, "package-lock.json") == {"anna", "ben"}
        assert installed.events("denied") + installed.events("conflict") == []
        assert "resolved annas" in installed.read("package-lock.json")
        assert "resolved zebras" in installed.read("package-lock.json")

    def test_the_first_commit_takes_the_file_whole_and_tells(self, installed: Repo, anna, ben) -> None:
        lock = installed.read("package-lock.json")
        done = apart(anna, "-m", "Anna")
        assert done.status == 0, done
        assert shown(installed, "package-lock.json") == lock
        assert "zebras" not in shown(installed, "package.json"), "that stays apart by lines"
        warned = "package-lock.json: also holds what ben made of it. Make it anew once both have committed"
        assert warned in done.stdout + done.stderr
        told = ben.batch().context
        assert "anna committed package-lock.json with what you made of it" in told
        assert "npm install --package-lock-only" in told
        assert holders(installed, "package-lock.json") == set()
        assert apart(ben, "-m", "Ben").status == 0
        assert installed.git("status", "--porcelain") == ""
        assert sorted(shown(installed, "package.json").split("\n")) == sorted(
            lock.replace("resolved ", "").split("\n")
        ), "after both commits they fit each other"

    def test_whoever_came_later_may_be_the_first(self, installed: Repo, anna: Client, ben: Client) -> None:
        lock = installed.read("package-lock.json")
        assert apart(ben, "-m", "Ben").status == 0
        assert shown(installed, "package-lock.json") == lock
        assert "ben committed package-lock.json with what you made of it" in anna.batch().context
        assert apart(anna, "-m", "Anna").status == 0
        assert installed.git("status", "--porcelain") == ""

    def test_bytes_of_an_agent_that_is_gone_are_in_nobodys_way(self, client, installed: Repo, anna, ben) -> None:
        anna.kill()
        assert ben.write("package-lock.json", "resolved again\n").silent
        assert apart(ben, "-m", "Ben", "package-lock.json").status == 0
        assert holders(installed, "package-lock.json") == set()

    def test_plain_git_may_take_it_too(self, installed: Repo, anna: Client) -> None:
        assert anna.pre("Bash", command="git commit -m x -- package-lock.json").silent
        assert commit(anna, "-m", "The lock file", "--", "package-lock.json").status == 0
        refused = commit(anna, "-am", "All")
        assert refused.refused
        assert "package.json: takes along" in "".join(refused.said)

    def test_what_a_peer_made_of_it_is_kept(self, installed: Repo, anna: Client, ben: Client) -> None:
        first = installed.read("package-lock.json")
        assert ben.write("package-lock.json", "nothing\n").silent
        assert first in {file.read_bytes().decode() for file in (installed.state / "spool").iterdir()}

    def test_a_file_too_many_is_not_destroyed(self, installed: Repo, ben: Client) -> None:
        assert "package-lock.json" in ben.pre("Bash", command="git checkout package-lock.json").reason

    def test_whoever_asked_for_the_lock_has_it(self, client, hot: Repo, anna: Client, ben: Client) -> None:
        hot.write("go.sum", "a\n")
        hot.git("add", "go.sum")
        hot.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Sums")
        assert anna.edit("go.sum", "a\n", "anna\n").silent
        assert ben.edit("go.sum", "anna\n", "ben\n").silent
        from pucs import PUCSClient

        PUCSClient("carl", path=str(hot.root)).acquire_locks("go.sum")
        assert "carl" in ben.edit("go.sum", "ben\n", "more\n").reason

    def test_nobody_is_told_of_another_worktree(self, client, hot: Repo, anna: Client) -> None:
        other = hot.worktree("other")
        carl = client(other, PUCS_AGENT_ID="carl")
        assert anna.write("yarn.lock", "anna\n").silent
        assert anna.edit("a.py", "a = 1\n", "a = 2\n").silent
        assert carl.write("yarn.lock", "carl\n").silent
        assert carl.batch().context == ""
        assert "a.py" in carl.edit("a.py", "a = 1\n", "a = 3\n").context

    def test_configured_for_a_path_with_its_command(self, hot: Repo, anna: Client, ben: Client) -> None:
        hot.guard(policy(policies={"docs/api.md": ("rebuild", "make api"), "*.lock": ("none", "")}))
        assert anna.write("docs/api.md", "anna\n").silent
        assert ben.write("docs/api.md", "ben\n").silent
        hot.git("add", "docs/api.md")
        done = commit(anna, "-m", "Docs", "--", "docs/api.md")
        assert done.status == 0
        assert "once both have committed: make api" in done.stderr
        assert anna.write("x.lock", "anna\n").silent
        assert ben.write("x.lock", "ben\n").denied


class TestUnion:
    def test_two_add_at_the_same_place(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("CHANGELOG.md", "- First\n", "- First\n- Anna\n").silent
        assert ben.edit("CHANGELOG.md", "- First\n- Anna\n", "- First\n- Ben\n- Anna\n").silent
        assert anna.edit("CHANGELOG.md", "- Anna\n", "- Anna\n- Anna too\n").silent
        assert ben.edit("CHANGELOG.md", "- Anna too\n", "- Anna too\n- Ben at the end\n").silent
        assert ben.edit("CHANGELOG.md", "- Anna too\n", "- Ben\n").denied
        assert anna.edit("CHANGELOG.md", "- Anna too\n", "- Anna as well\n").silent, "hers, beside his"

    @pytest.mark.parametrize("first", ["anna", "ben"])
    def test_each_commits_its_own_in_any_order(self, hot: Repo, anna: Client, ben: Client, first: str) -> None:
        assert anna.edit("CHANGELOG.md", "- First\n", "- First\n- Anna\n- Anna 2\n").silent
        assert ben.edit("CHANGELOG.md", "- Anna\n", "- Anna\n- Ben\n").silent
        tree = hot.read("CHANGELOG.md")
        assert commit(anna, "-am", "All").refused
        order = [anna, ben] if first == "anna" else [ben, anna]
        assert apart(order[0], "-m", "One").status == 0
        mine = "- Anna\n- Anna 2\n" if first == "anna" else "- Ben\n"
        assert shown(hot, "CHANGELOG.md") == CHANGES.replace("- First\n", "- First\n" + mine)
        assert hot.read("CHANGELOG.md") == tree
        assert apart(order[1], "-m", "Two").status == 0
        assert shown(hot, "CHANGELOG.md") == tree
        assert hot.git("status", "--porcelain") == ""
        assert holders(hot, "CHANGELOG.md") == set()

    def test_equal_lines_of_both_are_each_in_its_commit(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("CHANGELOG.md", "- First\n", "- First\n- Same\n").silent
        assert ben.edit("CHANGELOG.md", "- Same\n", "- Same\n- Same\n").silent
        assert apart(ben, "-m", "Ben").status == 0
        assert holders(hot, "CHANGELOG.md") == {"anna"}
        assert apart(anna, "-m", "Anna").status == 0
        assert shown(hot, "CHANGELOG.md") == hot.read("CHANGELOG.md")
        assert hot.read("CHANGELOG.md").count("- Same\n") == 2

    def test_adding_between_lines_that_another_changed_and_added(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert ben.edit("CHANGELOG.md", "- First\n", "- The first\n- Ben\n").silent
        assert anna.edit("CHANGELOG.md", "- The first\n", "- The first\n- Anna\n").silent
        assert apart(anna, "-m", "Anna").status == 0
        assert shown(hot, "CHANGELOG.md") == CHANGES.replace("- First\n", "- First\n- Anna\n")
        assert apart(ben, "-m", "Ben").status == 0
        assert shown(hot, "CHANGELOG.md") == hot.read("CHANGELOG.md")

    def test_the_same_line_is_still_one_persons(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("CHANGELOG.md", "- First\n", "- The first\n").silent
        assert "The first" in ben.edit("CHANGELOG.md", "- The first\n", "- Second\n").reason
        assert ben.edit("CHANGELOG.md", "- The first\n", "- The first\n- Ben\n").silent

    def test_what_was_taken_out_is_not_put_back_beside(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("CHANGELOG.md", "- First\n", "").silent
        assert ben.edit("CHANGELOG.md", "## Unreleased\n\n", "## Unreleased\n\n- First\n").denied

    def test_a_last_line_without_an_end(self, hot: Repo, anna: Client, ben: Client) -> None:
        hot.write(".gitignore", "*.o")
        hot.git("add", ".gitignore")
        hot.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "No end")
        assert anna.edit(".gitignore", "*.o", "*.o\n*.anna\n").silent
        assert ben.edit(".gitignore", "*.anna\n", "*.anna\n*.ben\n").silent
        assert apart(ben, "-m", "Ben").status == 0
        assert shown(hot, ".gitignore") == "*.o\n*.ben\n"
        assert apart(anna, "-m", "Anna").status == 0
        assert shown(hot, ".gitignore") == hot.read(".gitignore") == "*.o\n*.anna\n*.ben\n"

    def test_head_that_moved_on_takes_both(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("CHANGELOG.md", "- First\n", "- First\n- Anna\n").silent
        assert ben.edit("CHANGELOG.md", "- Anna\n", "- Anna\n- Ben\n").silent
        other = hot.worktree("other")
        other.write("CHANGELOG.md", CHANGES.replace("- First\n", "- First\n- Other\n"))
        run(other, "-c", "core.hooksPath=/dev/null", "commit", "-qam", "Other", check=True)
        hot.git("update-ref", "refs/heads/main", other.git("rev-parse", "HEAD"))
        assert apart(ben, "-m", "Ben").status == 0
        assert sorted(shown(hot, "CHANGELOG.md").split("\n")) == sorted(
            CHANGES.replace("- First\n", "- First\n- Other\n- Ben\n").split("\n")
        )

    def test_other_files_are_as_ever(self, hot: Repo, anna: Client, ben: Client) -> None:
        hot.write("notes.md", CHANGES)
        hot.git("add", "notes.md")
        hot.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Notes")
        assert anna.edit("notes.md", "- First\n", "- First\n- Anna\n").silent
        assert ben.edit("notes.md", "- Anna\n", "- Anna\n- Ben\n").denied

    def test_a_file_locked_as_a_whole_has_no_policy(self, hot: Repo, anna: Client, ben: Client) -> None:
        hot.guard(policy(critical={"CHANGELOG.md": 7200}, locks={"wait_s": 0}))
        assert anna.edit("CHANGELOG.md", "- First\n", "- First\n- Anna\n").silent
        assert ben.edit("CHANGELOG.md", "- Begun\n", "- Begun\n- Ben\n").denied

    def test_and_none_takes_it_away(self, hot: Repo, anna: Client, ben: Client) -> None:
        hot.guard(policy(locks={"wait_s": 0}, policies={"CHANGELOG.md": ("none", "")}))
        assert anna.edit("CHANGELOG.md", "- First\n", "- First\n- Anna\n").silent
        assert ben.edit("CHANGELOG.md", "- Anna\n", "- Anna\n- Ben\n").denied

    def test_a_lost_update_is_still_told(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("CHANGELOG.md", "- First\n", "- First\n- Anna\n").silent
        assert ben.edit("CHANGELOG.md", "- Anna\n", "- Anna\n- Ben\n").silent
        assert hot.events("overwrote") == [], "beside is not over"
        assert anna.pre("Edit", "CHANGELOG.md", old_string="- Anna\n", new_string="- Anne\n").silent
        hot.write("CHANGELOG.md", CHANGES.replace("- First\n", "- First\n- Anne\n"))
        assert "ben" in anna.post().context


class TestInAnotherWorktree:
    @pytest.mark.parametrize(
        ("path", "at", "added", "line"),
        [
            ("CHANGELOG.md", "- First\n", "- {}\n", "- Begun"),
            ("pkg/__init__.py", "from .a import A\n", "from .{} import X\n", "    return A"),
        ],
    )
    def test_what_is_only_added_is_told_to_nobody(self, client, hot: Repo, path, at, added, line) -> None:
        anna, carl = client(hot, PUCS_AGENT_ID="anna"), client(hot.worktree("other"), PUCS_AGENT_ID="carl")
        assert anna.edit(path, at, at + added.format("anna")).silent
        assert carl.edit(path, at, at + added.format("carl")).silent
        assert carl.batch().context == anna.batch().context == ""
        assert anna.edit(path, line + "\n", line + " or so\n").silent
        assert "anna is changing" in carl.edit(path, line + "\n", line + " or not\n").context
        assert "carl is changing" in anna.batch().context

    def test_code_beside_code_is_told(self, client, hot: Repo, anna: Client) -> None:
        carl = client(hot.worktree("other"), PUCS_AGENT_ID="carl")
        path = "pkg/__init__.py"
        assert anna.edit(path, "def first():\n", "def first():\n    x = 1\n").silent
        assert "anna is changing" in carl.edit(path, "def first():\n", "def first():\n    y = 1\n").context


class TestVersion:
    @pytest.mark.parametrize(
        ("path", "old", "new"),
        [("VERSION", "1.0.0\n", "1.1.0\n"), ("pyproject.toml", 'version = "1.0.0"\n', 'version = "1.1.0"\n')],
    )
    def test_the_second_is_told_what_the_first_raised_it_to(self, hot: Repo, anna, ben, path, old, new) -> None:
        assert anna.edit(path, old, new).silent
        reason = ben.edit(path, new, new.replace("1.1.0", "2.0.0")).reason
        assert "Versions are raised once for all: leave it at 1.1.0, or wait: `pucs wait t" in reason
        assert "anna" in reason
        assert len(reason) <= 600

    def test_other_lines_of_such_a_file_say_nothing_of_it(self, hot: Repo, anna: Client, ben: Client) -> None:
        assert anna.edit("pyproject.toml", 'name = "x"', 'name = "y"').silent
        assert "Versions are" not in ben.edit("pyproject.toml", 'name = "y"', 'name = "z"').reason


class TestSymbols:
    def test_exports_side_by_side(self, hot: Repo, anna: Client, ben: Client) -> None:
        path = "pkg/__init__.py"
        assert anna.edit(path, "from .a import A\n", "from .a import A\nfrom .anna import Anna\n").silent
        assert ben.edit(path, "from .anna import Anna\n", "from .anna import Anna\nfrom .ben import Ben\n").silent
        assert anna.edit(path, '    "A",\n', '    "A",\n    "Anna",\n').silent
        assert ben.edit(path, '    "Anna",\n', '    "Anna",\n    "Ben",\n').silent
        tree = hot.read(path)
        assert apart(ben, "-m", "Ben").status == 0
        assert "nna" not in shown(hot, path)
        compile(shown(hot, path), path, "exec")
        assert apart(anna, "-m", "Anna").status == 0
        assert shown(hot, path) == hot.read(path) == tree

    def test_code_in_there_is_compared_as_anywhere(self, hot: Repo, anna: Client, ben: Client) -> None:
        path = "pkg/__init__.py"
        assert anna.edit(path, "    return A\n", "    x = A\n    return A\n").silent
        assert ben.edit(path, "    x = A\n", "    x = A\n    y = A\n").denied

    def test_one_line_is_one_line(self, hot: Repo, anna: Client, ben: Client) -> None:
        hot.write("web/index.ts", 'export * from "./a"\nexport const all = ["a"]\n')
        hot.git("add", "web")
        hot.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Web")
        assert anna.edit("web/index.ts", '"./a"\n', '"./a"\nexport { Anna } from "./anna"\n').silent
        assert ben.edit("web/index.ts", '"./anna"\n', '"./anna"\nexport type { Ben } from "./ben"\n').silent
        assert anna.edit("web/index.ts", '["a"]', '["a", "anna"]').silent
        assert ben.edit("web/index.ts", '["a", "anna"]', '["a", "anna", "ben"]').denied


def test_a_person_takes_all_of_it(installed: Repo, anna: Client, ben: Client) -> None:
    done = as_person(installed, "-am", "All")
    assert done.status == 0
    assert installed.git("status", "--porcelain") == ""
    assert "package-lock.json" in files(installed)
    assert as_agent(anna)
