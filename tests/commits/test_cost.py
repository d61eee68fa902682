"""What the hooks of one commit cost, counted: gits, starts of Python, and modules. Ratios are in benchmarks/."""

import os
import subprocess
import sys

import pytest

from pucs.install import git_hooks
from pucs.install.locations import Location
from pucs.state import commit_note
from tests.commits.conftest import HOOKS, as_agent, as_person, commit, editor, message, run
from tests.support import ENTRY, ROOT, Repo

DEAR = {
    "argparse",
    "contextlib",
    "dataclasses",
    "json",
    "os",
    "pathlib",
    "re",
    "subprocess",
    "typing",
    "yaml",
    "logging",
}


@pytest.fixture
def installed(hooked: Repo) -> Repo:
    """The same repository with the installer's wrappers; every start of Python is noted in `starts`."""
    shim = hooked.root.parent / "python"
    shim.write_text(
        f'#!/bin/sh\nfor word; do :; done\necho "$7" >>{hooked.root.parent}/starts\nexec {sys.executable} "$@"\n'
    )
    shim.chmod(0o755)
    location = Location(str(shim), str(ROOT), str(ROOT / "hooks"))
    (hooked.common / git_hooks.MACHINE_FILE).write_text(git_hooks.machine_text(location))
    for name in HOOKS:
        (hooked.common / "hooks" / name).write_text(git_hooks.wrapper(name))
    return hooked


def starts(repo: Repo) -> list[str]:
    """The hooks that started Python since the last question."""
    log = repo.root.parent / "starts"
    names = log.read_text().split() if log.exists() else []
    log.unlink(missing_ok=True)
    return names


def stage(repo: Repo, content: str = "1\n") -> None:
    for number in range(10):
        repo.write(f"db/{number}.py", content)
    repo.git("add", "-A")


def gits(repo: Repo, *arguments: str, **env: str) -> list[str]:
    """The git commands that one commit ran beside itself."""
    trace = repo.root.parent / "trace"
    trace.unlink(missing_ok=True)
    done = run(repo, "commit", "-q", *arguments, GIT_TRACE=str(trace), **env)
    assert done.status == 0, done
    commands = [line.partition("trace: built-in: git ")[2].split() for line in trace.read_text().splitlines()]
    return [words[0] for words in commands if words and words[0] != "commit"]


def test_a_commit_costs_one_git_more(hooked, client):
    me = client(hooked)
    for number in range(10):
        me.write(f"db/{number}.py", "1\n")
    hooked.git("add", "-A")
    # git itself runs a gc after commits, quick where there is nothing to do.
    assert [name for name in gits(hooked, "-m", "feat: Ten", **as_agent(me)) if name not in ("gc", "maintenance")] == [
        "diff"
    ]
    assert hooked.events("released")


def test_locks_of_others_cost_one_more_each(hooked, client):
    client(hooked).write("db/theirs.py", "1\n")
    hooked.git("add", "-A")
    found = gits(hooked, "-m", "feat: Take along")
    assert [name for name in found if name not in ("gc", "maintenance")] == ["diff"]


@pytest.mark.parametrize("hook", HOOKS)
def test_no_hook_loads_what_costs_milliseconds(hooked, client, hook):
    me = client(hooked)
    me.write("db/1.py", "1\n")
    hooked.git("add", "-A")
    text = hooked.root / ".git/COMMIT_EDITMSG"
    text.write_text("feat: Add\n")
    arguments = {"prepare-commit-msg": [str(text), "message"], "commit-msg": [str(text)]}.get(hook, [])
    script = str(ROOT / "hooks/git_hook.py")
    command = [sys.executable, "-I", "-S", "-X", "importtime", "-c", ENTRY, str(ROOT), script, hook, *arguments]
    env = {**hooked.env, **as_agent(me), "GIT_EDITOR": ":"}
    done = subprocess.run(command, cwd=hooked.root, env=env, capture_output=True, text=True, check=False)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "pucs.hosts.git_hooks" in loaded
    assert not loaded & DEAR


def test_a_message_that_nobody_edits_costs_one_start(installed):
    stage(installed)
    assert as_person(installed, "-m", "feat: Ten").said == []
    assert starts(installed) == ["pre-commit", "commit-msg", "post-commit"]
    assert message(installed) == "[PUCS-db] feat: Ten"


def test_where_no_stream_applies_messages_cost_nothing(installed):
    installed.git("switch", "-q", "-c", "free")
    stage(installed)
    assert as_person(installed, "-m", "Ten").said == []
    assert starts(installed) == ["pre-commit", "post-commit"]
    stage(installed, "2\n")
    assert as_person(installed, **editor(installed, 'echo Ten >"$1"')).said == []
    assert starts(installed) == ["pre-commit", "post-commit"]


def test_saving_starts_refuses_no_less(installed, client):
    other, me = client(installed), client(installed)
    me.start()
    stage(installed)
    assert commit(me, "-m", "Ten").refused
    assert commit(me, "--no-verify", "-m", "Ten").refused
    assert starts(installed) == ["pre-commit", "commit-msg", "prepare-commit-msg"]
    other.write("db/theirs.py", "half\n")
    (installed.common / "hooks/pre-commit").write_text(git_hooks.wrapper("pre-commit", "git add -A\n"))
    assert commit(me, "-m", "feat: Ten").refused
    assert installed.events("refused")[-1]["file"] == "db/theirs.py"


def test_a_note_of_another_commit_saves_nothing(installed):
    stage(installed)
    (installed.common / "hooks/commit-msg").write_text("#!/bin/sh\nexit 1\n")
    assert as_person(installed, "-m", "feat: Ten").status == 1
    assert notes(installed.common)
    starts(installed)
    assert as_person(installed, "--no-verify", "-m", "feat: Ten").status == 0
    assert starts(installed) == ["prepare-commit-msg", "post-commit"]
    assert message(installed) == "[PUCS-db] feat: Ten"


def test_in_a_linked_worktree_starts_are_saved_too(installed):
    linked = installed.worktree("linked", "feature/stream-db-more")
    stage(linked)
    assert as_person(linked, "-m", "feat: Ten").said == []
    assert starts(installed) == ["pre-commit", "commit-msg", "post-commit"]
    assert message(linked) == "[PUCS-db] feat: Ten"


@pytest.fixture
def meanwhile(installed) -> str:
    """A command that begins another commit in the same tree, which comes to nothing after its `pre-commit`."""
    then = '[ -z "$MEANWHILE" ] || exit 1\n'
    (installed.common / "hooks/pre-commit").write_text(git_hooks.wrapper("pre-commit", then))
    return "MEANWHILE=1 GIT_EDITOR=: git commit -q --allow-empty -m 'feat: Nine'; touch ../meanwhile"


def test_a_commit_between_the_message_hooks_of_another_takes_nothing_from_it(installed, meanwhile):
    hook = installed.common / "hooks/commit-msg"
    hook.write_text(hook.read_text().replace("\n", f"\n({meanwhile})\n", 1))
    stage(installed)
    assert as_person(installed, "-m", "feat: Ten").said == []
    assert message(installed) == "[PUCS-db] feat: Ten"
    assert (installed.root.parent / "meanwhile").exists()


def test_while_an_editor_is_open_others_may_commit(installed, meanwhile):
    stage(installed)
    installed.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "An old subject")
    stage(installed, "2\n")
    assert as_person(installed, "--amend", **editor(installed, meanwhile)).said == []
    assert message(installed) == "An old subject"
    assert (installed.root.parent / "meanwhile").exists()


def test_a_subject_is_completed_though_the_note_was_lost(installed):
    hook = installed.common / "hooks/commit-msg"
    hook.write_text(hook.read_text().replace("\n", f"\nrm .git/{commit_note.NAME}*\n", 1))
    stage(installed)
    assert as_person(installed, "-m", "feat: Ten").said == []
    assert message(installed) == "[PUCS-db] feat: Ten"


def test_notes_of_commits_that_came_to_nothing_are_taken_away(installed):
    gone = subprocess.Popen(["true"])
    gone.wait()
    for name in (commit_note.NAME, f"{commit_note.NAME}.{gone.pid}", f"{commit_note.NAME}.{gone.pid}.7"):
        (installed.common / name).write_text(f"{gone.pid} free\n{{}}\n")
    mine = installed.common / f"{commit_note.NAME}.{os.getpid()}"
    mine.write_text(f"{os.getpid()} free\n{{}}\n")
    stage(installed)
    assert as_person(installed, "-m", "feat: Ten").status == 0
    assert notes(installed.common) == [mine]


def notes(folder):
    """What commits left there for their later hooks."""
    return sorted(folder.glob(commit_note.NAME + "*"))


def test_wrapper_and_state_agree_on_the_notes_name():
    assert git_hooks.NOTE_FILE == commit_note.NAME
    assert commit_note.FREE in git_hooks.gate("commit-msg")


def test_uninstalling_takes_away_what_an_abandoned_commit_left(repo):
    def pucs(command: str) -> None:
        words = [sys.executable, "-m", "pucs", command, str(repo.root)]
        subprocess.run(words, cwd=ROOT, env=repo.env, check=True, capture_output=True)

    pucs("init")
    linked = repo.worktree("linked")
    for place in (repo, linked):
        place.write("z.py", "1\n")
        place.git("add", "-A")
        assert as_person(place, **editor(place, "exit 1")).status == 1
    folders = [repo.common, repo.common / "worktrees/linked"]
    assert all(notes(folder) for folder in folders)
    pucs("uninstall")
    assert not any(notes(folder) for folder in folders)
