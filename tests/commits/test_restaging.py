"""Hooks that format files and add them whole, as many do: in a file that agents share each still commits its own."""

from collections.abc import Callable

import pytest

from tests.commits.conftest import as_person
from tests.commits.test_apart import TEXT, apart, holders, put
from tests.install.conftest import run_pucs
from tests.support import Client, Repo

FORMAT = "#!/bin/sh\nsed -i 's/ *$//' a.py\ngit add a.py\n"


def installed(repo: Repo, script: str) -> Repo:
    """Guarded as people do it, where somebody's own hook is there already."""
    hook = repo.common / "hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(script)
    hook.chmod(0o755)
    repo.write("a.py", TEXT)
    assert run_pucs(repo, "init").status == 0
    repo.commit("Guard")
    return repo


@pytest.fixture
def two(client: Callable[..., Client], repo: Repo) -> tuple[Client, Client]:
    installed(repo, FORMAT)
    anna, ben = client(repo, PUCS_AGENT_ID="anna"), client(repo, PUCS_AGENT_ID="ben")
    assert anna.edit("a.py", "line 5\n", "ANNA 5  \n").silent
    assert ben.edit("a.py", "line 15\n", "BEN 15  \n").silent
    return anna, ben


@pytest.mark.parametrize("turn", [1, -1])
def test_each_commits_its_own_lines_formatted(repo: Repo, two: tuple[Client, Client], turn: int) -> None:
    first, then = two[::turn]
    line = ("line 5\n", "ANNA 5\n") if turn == 1 else ("line 15\n", "BEN 15\n")
    done = apart(first, "-m", "feat: First")
    assert done.status == 0, done
    assert repo.git("show", "HEAD:a.py") + "\n" == put(TEXT, *line)
    assert repo.git("status", "--porcelain") == " M a.py"
    assert apart(then, "-m", "feat: Then").status == 0
    assert repo.git("show", "HEAD:a.py") + "\n" == repo.read("a.py")
    assert repo.git("status", "--porcelain") == ""
    assert holders(repo) == set()
    assert [name for name in repo.common.iterdir() if name.name.startswith("pucs-index-")] == []


def test_the_hooks_change_next_to_nobody_is_committed(client, repo: Repo) -> None:
    installed(repo, "#!/bin/sh\nsed -i 's/line 1$/made/' a.py\ngit add a.py\n")
    anna, ben = client(repo, PUCS_AGENT_ID="anna"), client(repo, PUCS_AGENT_ID="ben")
    assert anna.edit("a.py", "line 5\n", "ANNA 5\n").silent
    assert ben.edit("a.py", "line 15\n", "BEN 15\n").silent
    assert apart(anna, "-m", "feat: Anna").status == 0
    assert repo.git("show", "HEAD:a.py") + "\n" == put(put(TEXT, "line 5\n", "ANNA 5\n"), "line 1\n", "made\n")


def test_what_a_hook_stages_that_is_not_the_file_stays(client, repo: Repo) -> None:
    other = repo.write("../other", put(TEXT, "line 9\n", "nine\n"))
    installed(repo, f"#!/bin/sh\ngit update-index --cacheinfo 100644,$(git hash-object -w {other}),a.py\n")
    anna, ben = client(repo, PUCS_AGENT_ID="anna"), client(repo, PUCS_AGENT_ID="ben")
    assert anna.edit("a.py", "line 5\n", "ANNA 5\n").silent
    assert ben.edit("a.py", "line 15\n", "BEN 15\n").silent
    assert apart(anna, "-m", "feat: Anna").status == 0
    assert repo.git("show", "HEAD:a.py") + "\n" == put(TEXT, "line 9\n", "nine\n")


def test_a_person_commits_what_the_hook_added(repo: Repo, two: tuple[Client, Client]) -> None:
    repo.git("reset", "-q")
    assert as_person(repo, "--allow-empty", "-m", "feat: Person").status == 0
    assert repo.git("show", "HEAD:a.py") + "\n" == repo.read("a.py")
