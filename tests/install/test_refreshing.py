"""A configuration that changes under running agents, and git hooks that somebody overwrites."""

import os
import select
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pucs.client.installing import compile_config
from pucs.client.opening import Repository, repository_at
from pucs.client.refreshing import recompile_if_stale
from pucs.installation import Installation
from pucs.state.opening import installed
from tests.install.conftest import Pucs, run_pucs
from tests.support import Client, Repo

STREAMS = 'streams:\n  db:\n    files_pattern: "db/**"\n'


def marker(repo: Repo) -> Installation:
    """What the marker says now."""
    found = installed(str(repo.common))
    assert found is not None
    return found


def opened(repo: Repo) -> Repository:
    """The guarded repository."""
    found = repository_at(str(repo.root))
    assert found is not None
    return found


def until(repo: Repo, condition: object) -> Installation:
    """The marker once it fulfils the condition: its folder is looked at again whenever something could have happened."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = marker(repo)
        if condition(found):  # type: ignore[operator]
            return found
        select.select([], [], [], 0.05)
    raise AssertionError(f"never: {marker(repo)}")


@pytest.fixture
def agent(repo: Repo, pucs: Pucs) -> Iterator[Client]:
    assert pucs("init").status == 0
    client = Client(repo)
    client.start()
    yield client
    client.close()


def test_an_unchanged_one_starts_nothing(repo: Repo, agent: Client) -> None:
    assert recompile_if_stale(opened(repo)) is False
    assert recompile_if_stale(opened(repo), hooks=True) is False


def test_the_next_edit_has_a_changed_one_compiled(repo: Repo, agent: Client) -> None:
    repo.write("pucs_config.yaml", STREAMS)
    assert agent.write("a.py", "a = 2\n").silent
    found = until(repo, lambda found: "db" in found.policy["streams"])
    assert found.stamp["size"] == len(STREAMS)
    until(repo, lambda _: not (repo.state / "compiling").exists())
    assert recompile_if_stale(opened(repo)) is False


def test_a_wrong_one_leaves_the_last_good_one_and_is_said(repo: Repo, agent: Client) -> None:
    repo.write("pucs_config.yaml", STREAMS)
    compile_config(str(repo.common))
    repo.write("pucs_config.yaml", "streams: 7\n")
    assert agent.write("a.py", "a = 2\n").silent
    found = until(repo, lambda found: found.problem)
    assert "db" in found.policy["streams"]
    assert "pucs_config.yaml is wrong, and the last good one still holds" in found.problem
    until(repo, lambda _: not (repo.state / "compiling").exists())
    assert recompile_if_stale(opened(repo)) is False
    newcomer = Client(repo)
    try:
        assert "pucs_config.yaml is wrong" in newcomer.start().context
    finally:
        newcomer.close()
    doctor = run_pucs(repo, "doctor")
    assert (doctor.status, "pucs_config.yaml is wrong" in doctor.stdout) == (1, True)
    repo.write("pucs_config.yaml", "streams: {}\n")
    compile_config(str(repo.common))
    assert (marker(repo).problem, marker(repo).policy["streams"]) == ("", {})


def test_one_that_is_gone_turns_nothing_off(repo: Repo, agent: Client) -> None:
    repo.write("pucs_config.yaml", STREAMS)
    compile_config(str(repo.common))
    (repo.root / "pucs_config.yaml").unlink()
    assert agent.write("a.py", "a = 2\n").silent
    found = until(repo, lambda found: found.problem)
    assert "pucs_config.yaml is gone" in found.problem
    assert "db" in found.policy["streams"]


def test_one_compiler_at_a_time(repo: Repo, agent: Client) -> None:
    repo.write("pucs_config.yaml", STREAMS)
    (repo.state / "compiling").touch()
    assert recompile_if_stale(opened(repo)) is False
    os.utime(repo.state / "compiling", (1, 1))
    assert recompile_if_stale(opened(repo)) is True
    until(repo, lambda found: "db" in found.policy["streams"])


def test_compiling_twice_at_once_is_harmless(repo: Repo, agent: Client) -> None:
    repo.write("pucs_config.yaml", STREAMS)
    first, second = compile_config(str(repo.common)), compile_config(str(repo.common))
    assert first == second == marker(repo)


def test_an_overwritten_hook_comes_back(repo: Repo, agent: Client) -> None:
    hook = repo.common / "hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho a manager was here\n")
    agent.pre("Bash", command="npx lefthook install")
    agent.post()
    until(repo, lambda _: b"pucs-installed.json" in hook.read_bytes())
    assert b"a manager was here" in hook.read_bytes()
    assert [entry["files"] for entry in repo.events("hooks_renewed")] == [[str(hook)]]


def test_a_removed_hook_stays_removed(repo: Repo, agent: Client) -> None:
    (repo.common / "hooks/pre-commit").unlink()
    assert recompile_if_stale(opened(repo), hooks=True) is False


def test_a_new_worktree_with_a_hooks_folder_of_its_own_gets_hooks(repo: Repo, pucs: Pucs, tmp_path: Path) -> None:
    repo.git("config", "core.hooksPath", "hooks-here")
    pucs("init")
    linked = repo.worktree("linked")
    client = Client(linked)
    try:
        client.start()
        until(repo, lambda found: str(linked.root) in found.trees)
    finally:
        client.close()
    assert (linked.root / "hooks-here/pre-commit").exists()
    assert pucs("init").stdout.count("nothing had to change") == 1
    assert recompile_if_stale(opened(linked), hooks=True) is False
