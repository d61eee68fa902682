"""One file is one lock, however a call spells its path; and no path makes the gate fail."""

import os
import subprocess
import unicodedata
from pathlib import Path

import pytest

from pucs.git import locate
from tests.support import Repo, policy


def same_lock(client, guarded: Repo, first: str, second: str, *, cwd: str = ".") -> bool:
    """Whether writing `first` keeps another agent out of `second`."""
    anna, ben = client(), client(cwd=cwd)
    assert anna.write(first, "anna\n").silent
    return bool(ben.pre("Edit", second).denied)


def paths(repo: Repo) -> list[str]:
    return sorted(repo.store.read().names("path"))


class TestSpellings:
    def test_absolute(self, client, guarded: Repo) -> None:
        assert same_lock(client, guarded, "docs/x.md", str(guarded.root / "docs/x.md"))
        assert paths(guarded) == ["docs/x.md"]

    @pytest.mark.parametrize(
        "spelt", ["docs/x.md", "./docs/x.md", "docs//x.md", "docs/../docs/x.md", "./docs/./x.md", "../repo/docs/x.md"]
    )
    def test_relative_as_other_hosts_send_it(self, client, guarded: Repo, spelt) -> None:
        anna, ben = client(), client()
        anna.write("docs/x.md", "anna\n")
        assert ben.pre("Edit", file_path=spelt, old_string="anna", new_string="ben").denied
        assert paths(guarded) == ["docs/x.md"]

    def test_relative_to_the_cwd_of_the_event(self, client, guarded: Repo) -> None:
        anna, ben = client(), client(cwd="docs")
        anna.write("docs/x.md", "anna\n")
        assert ben.pre("Edit", file_path="x.md", old_string="anna", new_string="ben").denied

    def test_session_started_in_a_sub_directory(self, client, guarded: Repo) -> None:
        ben = client(cwd="docs")
        assert ben.start().context
        assert ben.write(str(guarded.root / "a.py"), "ben\n").silent
        assert client().pre("Edit", "a.py").denied

    def test_cwd_elsewhere(self, client, guarded: Repo, tmp_path: Path) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        ben.cwd = tmp_path
        assert ben.pre("Edit", str(guarded.root / "a.py")).denied

    def test_symlinked_file(self, client, guarded: Repo) -> None:
        (guarded.root / "link.py").symlink_to("a.py")
        assert same_lock(client, guarded, "a.py", "link.py")
        assert paths(guarded) == ["a.py"]

    def test_symlinked_directory(self, client, guarded: Repo) -> None:
        (guarded.root / "d").symlink_to("docs")
        assert same_lock(client, guarded, "d/x.md", "docs/x.md")
        assert paths(guarded) == ["docs/x.md"]

    def test_symlinked_way_to_the_repository(self, client, guarded: Repo, tmp_path: Path) -> None:
        (tmp_path / "way").symlink_to(guarded.root)
        assert same_lock(client, guarded, str(tmp_path / "way/a.py"), "a.py")

    def test_a_symlink_out_of_the_repository_leads_out(self, client, guarded: Repo, tmp_path: Path) -> None:
        (tmp_path / "out.txt").write_text("x")
        (guarded.root / "out").symlink_to(tmp_path / "out.txt")
        assert client().pre("Edit", "out").silent
        assert paths(guarded) == []

    def test_a_circle_of_symlinks(self, client, guarded: Repo) -> None:
        (guarded.root / "round").symlink_to("round")
        assert client().pre("Write", "round").silent

    def test_hard_link(self, client, guarded: Repo) -> None:
        os.link(guarded.root / "a.py", guarded.root / "hard.py")
        assert same_lock(client, guarded, "a.py", "hard.py")

    def test_hard_link_that_the_write_breaks(self, client, guarded: Repo) -> None:
        os.link(guarded.root / "a.py", guarded.root / "hard.py")
        anna = client()
        anna.pre("Edit", "a.py")
        anna.fail()
        anna.pre("Write", "hard.py")
        (guarded.root / "new").write_text("replaced\n")
        (guarded.root / "new").replace(guarded.root / "hard.py")
        anna.post()
        assert client().pre("Edit", "hard.py").denied
        assert client().write("a.py", "free\n").silent

    def test_two_files_that_were_one(self, client, guarded: Repo) -> None:
        os.link(guarded.root / "a.py", guarded.root / "hard.py")
        anna, ben = client(), client()
        anna.pre("Edit", "hard.py")
        anna.fail()
        (guarded.root / "hard.py").unlink()
        guarded.write("hard.py", "apart\n")
        assert anna.write("a.py", "anna\n").silent
        assert ben.write("hard.py", "ben\n").silent


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "é.py",
            "日本語/ファイル.txt",
            "with space.py",
            "new\nline.py",
            "tab\t.py",
            "quote'\".py",
            "$HOME.py",
            "-rf",
            "*.py",
            "a\\b.py",
            "\u202edot.py",
            "x" * 255,
        ],
        ids=ascii,
    )
    def test_any_name(self, client, guarded: Repo, name) -> None:
        anna, ben = client(), client()
        assert anna.write(name, "anna\n").silent
        reason = ben.pre("Edit", name).reason
        assert "agent-1" in reason
        assert len(reason) <= 600
        assert all(line.isprintable() for line in reason.split("\n"))
        assert paths(guarded) == [unicodedata.normalize("NFC", name)]
        anna.stop()
        assert client().pre("Edit", name).denied, "held after the end of the turn, since it is dirty"

    def test_bytes_that_are_no_unicode(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        name = os.fsdecode(b"bad\xff.py")
        assert anna.write(name, "anna\n").silent
        assert ben.pre("Edit", name).denied

    def test_one_key_for_both_normal_forms(self, client, guarded: Repo) -> None:
        composed, decomposed = "caf\u00e9.py", "cafe\u0301.py"
        anna, ben = client(), client()
        anna.write(composed, "anna\n")
        assert ben.pre("Write", decomposed).denied
        assert paths(guarded) == [composed]

    def test_a_file_whose_name_on_disk_is_decomposed(self, client, guarded: Repo) -> None:
        name = "re\u0301sume\u0301/cafe\u0301.py"
        guarded.write(name, "base\n")
        anna = client()
        anna.write(name, "anna\n")
        anna.stop()
        reason = client().pre("Edit", name).reason
        assert "-base\n+anna\n" in reason
        anna.write(name, "base\n")
        assert client().pre("Edit", name).silent, "back at base"

    def test_nul(self, client, guarded: Repo) -> None:
        assert client().pre("Write", "a\0.py").silent
        assert paths(guarded) == []

    @pytest.mark.parametrize(
        "name", ["x" * 5000, "d/" * 2500 + "f", "é" * 5000], ids=["one-name", "folders", "not-ascii"]
    )
    def test_5000_characters(self, client, guarded: Repo, name) -> None:
        anna = client()
        first = anna.pre("Write", name)
        assert first.status == 0
        assert not first.stderr
        assert not first.message
        anna.batch("ENAMETOOLONG")
        second = client().pre("Write", name)
        assert not second.message
        assert len(second.reason) <= 600

    def test_ten_megabytes_of_folders(self, client, guarded: Repo) -> None:
        assert client().pre("Write", "a/" * 5_000_000).silent

    def test_case_where_the_file_system_folds_it(self, client, guarded: Repo) -> None:
        guarded.guard(fold_case=True)
        anna, ben = client(), client()
        anna.write("Docs/README.md", "anna\n")
        assert ben.pre("Write", "docs/Readme.MD").denied
        assert paths(guarded) == ["docs/readme.md"]

    def test_folded_paths_are_still_found_on_disk(self, client, guarded: Repo) -> None:
        guarded.guard(fold_case=True)
        guarded.write("Docs/README.md", "base\n")
        anna = client()
        anna.write("Docs/README.md", "anna\n")
        anna.stop()
        assert "-base\n+anna\n" in client().pre("Edit", "Docs/README.md").reason

    def test_boundaries_fold_as_well(self, client, guarded: Repo) -> None:
        rules = policy(streams={"db": "Database/**", "llm": "LLM/**"}, critical={"Setup.CFG": 60})
        guarded.guard(rules, fold_case=True)
        guarded.write("Database/old.sql", "x")
        one = client(PUCS_STREAM="llm")
        assert one.pre("Write", "Database/x/y.SQL").denied
        assert one.pre("Write", "database/x/y.sql").denied
        assert one.pre("Write", "LLM/x").silent
        anna = client()
        anna.pre("Write", "Setup.CFG")
        assert guarded.store.read().path("setup.cfg").tree(".").locks[0].longest == 60

    def test_case_where_it_matters(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("README.md", "anna\n")
        assert ben.write("readme.md", "ben\n").silent

    @pytest.mark.parametrize("target", ["docs", ".", "pipe"])
    def test_what_is_no_file(self, client, guarded: Repo, target) -> None:
        os.mkfifo(guarded.root / "pipe")
        reply = client().pre("Write", target)
        assert reply.status == 0
        assert not reply.message


class TestRepositories:
    def test_linked_worktree_is_another_tree_of_the_same_path(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        client().write("a.py", "main\n")
        client(other).write("a.py", "other\n")
        assert paths(guarded) == ["a.py"]
        assert len(guarded.store.read().path("a.py").trees) == 2

    def test_worktree_inside_the_repository(self, client, guarded: Repo) -> None:
        inner = guarded.worktree("inner", at=guarded.root / ".claude/worktrees/inner")
        anna = client()
        anna.write(".claude/worktrees/inner/a.py", "there\n")
        assert paths(guarded) == ["a.py"]
        assert client(inner).pre("Edit", "a.py").denied
        assert client().pre("Edit", "a.py").silent

    def test_relative_worktree_links(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        inside = (other.root / ".git").read_text().removeprefix("gitdir: ").strip()
        (other.root / ".git").write_text(f"gitdir: {os.path.relpath(inside, other.root)}\n")
        client(other).write("a.py", "other\n")
        assert client(other).pre("Edit", "a.py").denied
        assert paths(guarded) == ["a.py"]

    def test_nested_repository_is_its_own(self, client, guarded: Repo, tmp_path: Path) -> None:
        Repo.create(tmp_path, "repo/nested")
        assert client().write("nested/a.py", "x\n").silent
        assert paths(guarded) == []

    def test_nested_repository_that_is_guarded(self, client, guarded: Repo, tmp_path: Path) -> None:
        nested = Repo.create(tmp_path, "repo/nested").guard()
        client().write("nested/a.py", "x\n")
        assert paths(guarded) == []
        assert paths(nested) == ["a.py"]
        assert client().pre("Edit", "nested/a.py").denied

    def test_submodule_is_its_own(self, client, guarded: Repo, tmp_path: Path) -> None:
        library = Repo.create(tmp_path, "library")
        guarded.git("submodule", "add", "-q", str(library.root), "sub")
        assert client().write("sub/a.py", "x\n").silent
        assert paths(guarded) == []
        sub = Repo(guarded.root / "sub", guarded.env).guard()
        client().write("sub/b.py", "x\n")
        assert client().pre("Edit", "sub/b.py").denied
        assert paths(sub) == ["b.py"]

    def test_bare_hub_with_worktrees(self, client, repo: Repo, tmp_path: Path) -> None:
        subprocess.run(
            ["git", "clone", "-q", "--bare", str(repo.root), str(tmp_path / "hub.git")], check=True, env=repo.env
        )
        hub = Repo(tmp_path / "hub.git", repo.env)
        hub.guard()
        one, two = hub.worktree("one"), hub.worktree("two")
        client(one).write("a.py", "one\n")
        assert client(one).pre("Edit", "a.py").denied
        assert not client(two).write("a.py", "two\n").denied
        assert len(hub.store.read().path("a.py").trees) == 2
        assert client(one).pre("Write", str(hub.root / "config")).denied

    def test_separate_git_dir(self, client, tmp_path: Path, guarded: Repo) -> None:
        apart = Repo(tmp_path / "apart", guarded.env)
        apart.root.mkdir()
        apart.git("init", "-q", "--separate-git-dir", str(tmp_path / "elsewhere"))
        apart.guard()
        client(apart).write("a.py", "x\n")
        assert client(apart).pre("Edit", "a.py").denied
        assert client(apart).pre("Write", str(tmp_path / "elsewhere/config")).denied

    def test_a_git_file_that_points_nowhere(self, client, guarded: Repo) -> None:
        guarded.write("broken/.git", "gitdir: /nowhere/at/all\n")
        guarded.write("broken2/.git", "garbage")
        assert client().write("broken/x", "x\n").status == 0
        assert client().write("broken2/x", "x\n").status == 0

    def test_before_the_first_commit(self, client, tmp_path: Path, guarded: Repo) -> None:
        fresh = Repo(tmp_path / "fresh", guarded.env)
        fresh.root.mkdir()
        fresh.git("init", "-q")
        fresh.guard()
        client(fresh).write("a.py", "x\n")
        assert client(fresh).pre("Edit", "a.py").denied
        fresh.commit("First")
        assert client(fresh).write("a.py", "y\n").silent

    def test_detached_head_and_packed_refs(self, client, guarded: Repo) -> None:
        client().write("a.py", "anna\n")
        guarded.git("checkout", "-q", "--detach")
        assert client().pre("Edit", "a.py").denied
        guarded.git("pack-refs", "--all")
        assert client().pre("Edit", "a.py").denied

    def test_git_variables_of_the_environment_mislead_nobody(self, client, guarded: Repo, tmp_path: Path) -> None:
        other = Repo.create(tmp_path, "other")
        anna = client(GIT_DIR=str(other.root / ".git"), GIT_WORK_TREE=str(other.root), GIT_INDEX_FILE="/dev/null")
        anna.write("a.py", "anna\n")
        assert paths(guarded) == ["a.py"]
        assert client().pre("Edit", "a.py").denied


def test_the_roots_of_trees(guarded: Repo) -> None:
    inner = guarded.worktree("inner", at=guarded.root / "wt")
    for root, inside in ((guarded.root, "docs/x.md"), (inner.root, "docs/x.md"), (guarded.root, "")):
        place = locate.place_of(str(root / inside), "/")
        assert place is not None
        assert (place.tree.root, place.inside) == (str(root), inside)
        assert locate.tree_of_id(place.tree.common, place.tree.id) == place.tree


def test_branch_and_head_are_read_as_git_says(guarded: Repo) -> None:
    other = guarded.worktree("other", branch="feature/stream-db-x")
    for repo in (guarded, other):
        for pack in (False, True):
            if pack:
                repo.git("pack-refs", "--all")
            tree = locate.tree_at(str(repo.root))
            assert tree is not None
            assert locate.head_of(tree) == repo.git("rev-parse", "HEAD")
            assert locate.branch_of(tree) == repo.git("branch", "--show-current")
    guarded.git("checkout", "-q", "--detach")
    tree = locate.tree_at(str(guarded.root))
    assert tree is not None
    assert (locate.head_of(tree), locate.branch_of(tree)) == (guarded.git("rev-parse", "HEAD"), "")
