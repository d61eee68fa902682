"""What git says of a tree, in every kind of repository, and without a trace of our asking."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pucs.git import scan
from pucs.git.locate import Tree, tree_at
from pucs.git.run import TooSlow
from pucs.model import ABSENT, UNKNOWN
from tests.support import Repo


@pytest.fixture
def listed(tmp_path: Path) -> Callable[[Repo], scan.Listing]:
    folder = tmp_path / "scans"
    folder.mkdir()
    return lambda repo: scan.listing(tree(repo), str(folder), 0)


def tree(repo: Repo) -> Tree:
    found = tree_at(os.path.realpath(repo.root))
    assert found is not None
    return found


def test_what_differs_from_head(repo: Repo, listed) -> None:
    repo.write("a.py", "changed\n")
    repo.write("new\nline ü.txt", "x\n")
    repo.write("staged.txt", "x\n")
    repo.git("add", "staged.txt")
    (repo.root / "b.py").unlink()
    repo.git("mv", "docs/x.md", "docs/y.md")
    found = listed(repo)
    assert found.head == repo.git("rev-parse", "HEAD")
    was = {name: repo.git("rev-parse", f"HEAD:{name}") for name in ("a.py", "b.py", "docs/x.md")}
    assert found.paths == {**was, "new\nline ü.txt": ABSENT, "staged.txt": ABSENT, "docs/y.md": ABSENT}


def test_the_users_settings_hide_nothing(repo: Repo, listed) -> None:
    for key, value in {
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "true",
        "status.renames": "copies",
        "core.quotePath": "true",
        "core.checkStat": "minimal",
        "core.fsmonitor": "/does/not/exist",
        "color.ui": "always",
        "status.branch": "true",
        "status.showStash": "true",
        "core.untrackedCache": "true",
        "core.splitIndex": "true",
    }.items():
        repo.git("config", key, value)
    repo.write("docs/deep/er/ü.txt", "x\n")
    assert listed(repo).paths == {"docs/deep/er/ü.txt": ABSENT}


def test_ignored_files_nested_repositories_and_submodules_are_left_out(repo: Repo, listed, tmp_path: Path) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.commit()
    repo.write("x.log", "x\n")
    (tmp_path / "elsewhere").mkdir()
    inner = Repo.create(tmp_path / "elsewhere")
    subprocess.run(["cp", "-r", str(inner.root), str(repo.root / "nested")], check=True)
    repo.worktree("linked", at=repo.root / "linked")
    repo.git("submodule", "add", "-q", str(inner.root), "module")
    repo.commit()
    (repo.root / "module/a.py").write_text("changed\n")
    repo.write("nested/a.py", "changed\n")
    repo.write("linked/a.py", "changed\n")
    assert listed(repo).paths == {}


def test_before_the_first_commit(repo: Repo, listed) -> None:
    repo.git("checkout", "-q", "--orphan", "fresh")
    assert listed(repo) == scan.Listing("", {"a.py": ABSENT, "b.py": ABSENT, "docs/x.md": ABSENT})


def test_intent_to_add(repo: Repo, listed) -> None:
    repo.write("new.txt", "x\n")
    repo.git("add", "-N", "new.txt")
    assert listed(repo).paths == {"new.txt": ABSENT}


def test_a_conflicted_file(repo: Repo, listed) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.write("a.py", "theirs\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("a.py", "ours\n")
    repo.commit()
    repo.git("merge", "other", check=False)
    assert listed(repo).paths == {"a.py": repo.git("rev-parse", "HEAD:a.py")}


def test_a_sparse_checkout(repo: Repo, listed) -> None:
    repo.git("sparse-checkout", "set", "docs")
    repo.write("docs/x.md", "changed\n")
    assert "docs/x.md" in listed(repo).paths
    assert listed(repo).paths.keys() <= {"docs/x.md"}


def test_a_link(repo: Repo, listed) -> None:
    (repo.root / "link").symlink_to("a.py")
    repo.commit()
    (repo.root / "link").unlink()
    (repo.root / "link").symlink_to("b.py")
    assert listed(repo).paths == {"link": scan.LINK + repo.git("rev-parse", "HEAD:link")}


def test_sha_256(repo: Repo, listed, tmp_path: Path) -> None:
    other = Repo(tmp_path / "long", repo.env)
    other.root.mkdir()
    other.git("init", "-q", "--object-format=sha256")
    other.write("a.py", "a\n")
    first = other.commit()
    other.write("a.py", "changed\n")
    assert listed(other) == scan.Listing(first, {"a.py": UNKNOWN})
    second = other.commit()
    assert scan.moved(tree(other), first, second) == {"a.py": (UNKNOWN, UNKNOWN)}


def test_worktrees_of_a_bare_repository(repo: Repo, listed, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "hub.git"))
    hub = Repo(tmp_path / "hub.git", repo.env)
    hub.git("worktree", "add", "-q", "-b", "one", str(tmp_path / "one"))
    one = Repo(tmp_path / "one", repo.env)
    one.write("a.py", "changed\n")
    assert set(listed(one).paths) == {"a.py"}


def test_a_change_in_the_same_second_and_of_the_same_size_is_seen(repo: Repo, listed) -> None:
    for number in range(20):
        repo.write("a.py", f"a = {number % 10}\n")
        repo.git("add", "a.py")
        repo.git("commit", "-q", "--allow-empty", "-m", "again")
        assert listed(repo).paths == {}
        repo.write("a.py", f"a = {(number + 1) % 10}\n")
        assert set(listed(repo).paths) == {"a.py"}


def test_a_file_that_comes_or_goes_in_the_same_second_is_seen(repo: Repo, listed) -> None:
    (repo.root / "one/two").mkdir(parents=True)
    expected = set()
    for number in range(20):
        name = f"{('', 'docs/', 'one/two/')[number % 3]}n{number}.txt"
        repo.write(name, "x\n")
        expected.add(name)
        assert set(listed(repo).paths) == expected
        if number % 4 == 3:
            (repo.root / name).unlink()
            expected.discard(name)
            assert set(listed(repo).paths) == expected
    repo.write(".gitignore", "n*.txt\n")
    assert set(listed(repo).paths) == {".gitignore"}
    (repo.root / ".gitignore").unlink()
    assert set(listed(repo).paths) == expected


def test_what_two_commits_differ_in(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    old = repo.git("rev-parse", "HEAD:a.py")
    repo.write("a.py", "changed\n")
    repo.write("new.txt", "x\n")
    second = repo.commit()
    new, added = repo.git("rev-parse", "HEAD:a.py"), repo.git("rev-parse", "HEAD:new.txt")
    assert scan.moved(tree(repo), first, second) == {"a.py": (old, new), "new.txt": (ABSENT, added)}
    assert set(scan.moved(tree(repo), "", first)) == {"a.py", "b.py", "docs/x.md"}


def test_a_git_that_takes_too_long_is_ended(repo: Repo, tmp_path: Path, monkeypatch) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    from pucs import system

    monkeypatch.setattr(system, "environ", lambda: dict(os.environ))
    folder = tmp_path / "scans"
    folder.mkdir()
    with pytest.raises(TooSlow):
        scan.listing(tree(repo), str(folder), 0.5)
    pid = (tmp_path / "pid").read_text().strip()
    assert not os.path.exists(f"/proc/{pid}")


def test_generated_files(repo: Repo) -> None:
    repo.write(".gitattributes", "*.lock linguist-generated\nx.lock -linguist-generated\n")
    repo.write("docs/.gitattributes", "*.md linguist-generated=true\n")
    names = ["y.lock", "x.lock", "a.py", "docs/x.md"]
    assert scan.generated(tree(repo), names) == {"y.lock", "docs/x.md"}


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="there is one file system only")
def test_the_cache_of_new_files_is_used_only_where_folders_have_times(repo: Repo, tmp_path: Path) -> None:
    """On another file system than ours nobody knows, and git walks all folders."""
    elsewhere = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        for folder, cached in ((tmp_path, True), (elsewhere, os.stat(elsewhere).st_dev == os.stat(tmp_path).st_dev)):
            scan.listing(tree(repo), str(folder), 0)
            (index,) = folder.glob("index-*")
            assert (b"UNTR" in index.read_bytes()) is cached
    finally:
        shutil.rmtree(elsewhere)


def test_a_copy_of_the_index_that_a_peer_may_be_using_stays(repo: Repo, listed, tmp_path: Path, monkeypatch) -> None:
    """Of two looks at once, each just after another change of the index."""
    listed(repo)
    (first,) = (tmp_path / "scans").glob("index-*")
    unfinished = first.with_name(first.name + ".1")
    unfinished.write_bytes(b"")
    repo.write("a.py", "changed\n")
    repo.git("add", "a.py")
    listed(repo)
    assert first.exists()
    assert unfinished.exists()
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 120)
    repo.write("b.py", "changed\n")
    repo.git("add", "b.py")
    listed(repo)
    assert len(list((tmp_path / "scans").glob("index-*"))) == 1
