"""What an agent is told and may still do after another one took over what it had left uncommitted."""

import pytest

from tests.commits.conftest import as_person, commit, files, hook_up
from tests.commits.test_apart import apart
from tests.support import Client, Repo, policy

TEXT = "".join(f"line {n}\n" for n in range(1, 21))


@pytest.fixture
def busy(guarded: Repo) -> Repo:
    """A guarded repository with git hooks and a longer file."""
    hook_up(guarded)
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write("long.py", TEXT)
    guarded.commit("A longer file")
    return guarded


def take(how: str, heir: Client, path: str, pucs) -> None:
    """Takes parked bytes over without changing them."""
    heir.start()
    if how == "retry":
        beside = {"old_string": "line 4\n", "new_string": "four\n"}
        assert heir.pre("Edit", path, **beside).denied
        assert heir.pre("Edit", path, **beside).silent
        heir.fail()
    else:
        assert pucs("adopt", path, by=heir).status == 0


@pytest.mark.parametrize("how", ["retry", "adopt"])
class TestLoser:
    def test_is_told_at_its_next_call_with_what_was_taken(self, how: str, client, busy: Repo, pucs) -> None:
        anna, ben = client(), client()
        anna.start()
        anna.edit("long.py", "line 5\n", "ANNA 5\n")
        anna.end()
        take(how, ben, "long.py", pucs)
        said = anna.start("resume").context
        assert "agent-2 took over your uncommitted change to long.py; a copy is kept." in said
        assert "@@ line 5\n-line 5\n+ANNA 5\n" in said
        assert "diff --all long.py`" in said
        assert "took over" not in anna.start("resume").context, "once"
        shown = pucs("diff", "--all", "long.py", by=anna).stdout
        assert "agent-2" in shown
        assert "+ANNA 5\n" in shown

    def test_is_told_of_a_long_change_in_400_characters(self, how: str, client, busy: Repo, pucs) -> None:
        anna, ben = client(), client()
        anna.start()
        anna.edit("long.py", "line 5\n", "".join(f"ANNA {n} has much to say here\n" for n in range(40)))
        anna.end()
        take(how, ben, "long.py", pucs)
        (said,) = [one for one in anna.start("resume").context.split("[PUCS ") if "took over" in one]
        assert len("[PUCS " + said.strip()) <= 400
        assert "+ANNA 0 has much to say here\n" in said
        assert "more lines" in said
        assert "diff --all long.py`. Look at the file before you go on." in said

    def test_is_refused_what_another_wrote_since_and_commits_its_own(self, how: str, client, busy: Repo, pucs) -> None:
        anna, ben = client(), client()
        anna.start()
        anna.edit("long.py", "line 5\n", "ANNA 5\n")
        anna.end()
        take(how, ben, "long.py", pucs)
        ben.edit("long.py", "line 9\n", "BEN 9\n")
        anna.start("resume")
        anna.edit("long.py", "line 15\n", "ANNA 15\n")
        refused = commit(anna, "-am", "Mine")
        assert refused.refused
        assert "agent-2" in refused.stderr
        assert "commit -m MESSAGE" in refused.stderr
        done = apart(anna, "-m", "Mine")
        assert done.status == 0, done.stderr
        committed = busy.git("show", "HEAD:long.py")
        assert "ANNA 15" in committed
        assert "ANNA 5\n" not in committed, "it is ben's now"
        assert "BEN 9" not in committed
        assert apart(ben, "-m", "Both").status == 0
        assert busy.git("show", "HEAD:long.py") + "\n" == busy.read("long.py")
        assert files(busy) == ["long.py"]

    def test_commits_what_is_all_its_own(self, how: str, client, busy: Repo, pucs) -> None:
        anna, ben = client(), client()
        anna.start()
        anna.edit("long.py", "line 5\n", "ANNA 5\n")
        anna.edit("b.py", "b = 1", "b = 2")
        anna.end()
        take(how, ben, "long.py", pucs)
        anna.start("resume")
        assert commit(anna, "-m", "Mine", "b.py").status == 0
        assert commit(anna, "-m", "Not mine", "long.py").refused
        assert as_person(busy, "-qam", "All").status == 0


class TestSharedFile:
    """A file in which several agents have lines, one of whom is gone: its lines pass on, the others keep theirs."""

    @pytest.fixture
    def three(self, client, busy: Repo) -> list[Client]:
        made = [client() for _ in range(3)]
        for number, one in enumerate(made):
            one.start()
            if number < 2:
                assert one.edit("long.py", f"line {5 + 5 * number}\n", f"agent {number + 1}\n").silent
        made[1].kill()
        return made

    def test_adopting_takes_the_lines_of_the_gone_only(self, three: list[Client], busy: Repo, pucs) -> None:
        anna, _, carl = three
        ran = pucs("adopt", "long.py", by=carl)
        assert (ran.status, ran.stdout) == (0, "long.py: the change of agent-2 is yours now\n")
        assert "agent-1" in carl.pre("Edit", "long.py", old_string="agent 1\n", new_string="carl\n").reason
        assert carl.edit("long.py", "agent 2\n", "agent 2, carl\n").silent
        assert "agent-3" in anna.pre("Edit", "long.py", old_string="agent 2, carl\n", new_string="anna\n").reason
        done = apart(carl, "-m", "Theirs")
        assert done.status == 0, done.stderr
        committed = busy.git("show", "HEAD:long.py")
        assert committed.strip() == TEXT.replace("line 10\n", "agent 2, carl\n").strip(), "hers stays out"
        assert "agent 1\n" in busy.read("long.py")
        done = apart(anna, "-m", "Hers")
        assert done.status == 0, done.stderr
        assert busy.git("status", "--porcelain") == ""

    def test_what_is_adopted_is_protected_without_a_further_edit(self, three: list[Client], client, pucs) -> None:
        _, _, carl = three
        assert pucs("adopt", "long.py", by=carl).status == 0
        held = client().pre("Edit", "long.py", old_string="agent 2\n", new_string="dora\n").reason
        assert "agent-3" in held, held

    def test_a_person_adopts_the_lines_of_the_gone_only(self, three: list[Client], client, pucs) -> None:
        assert pucs("adopt", "long.py").stdout == "long.py: the change of agent-2 is yours now\n"
        dora = client()
        assert "agent-1" in dora.pre("Edit", "long.py", old_string="agent 1\n", new_string="dora\n").reason
        assert dora.edit("long.py", "agent 2\n", "dora\n").silent

    def test_two_of_the_gone(self, three: list[Client], client, pucs) -> None:
        anna, _, carl = three
        anna.kill()
        said = pucs("adopt", "long.py", by=carl).stdout
        assert said == "long.py: the change of agent-1 is yours now\nlong.py: the change of agent-2 is yours now\n"
        assert "agent-3" in client().pre("Edit", "long.py", old_string="agent 1\n", new_string="dora\n").reason


def test_what_was_committed_unseen_stays_locked_by_name(client, guarded: Repo, pucs) -> None:
    anna = client()
    anna.write("a.py", "anna\n")
    assert pucs("lock", "a.py", by=anna).status == 0
    guarded.commit("By another tool")
    guarded.write("a.py", "anna\nand a formatter\n")
    assert "agent-1" in client().pre("Edit", "a.py").reason
    assert pucs("unlock", "a.py", by=anna).status == 0
    assert client().write("a.py", "ben\n").silent


class TestWriting:
    """One agent is in mid-write while another's commit lands; a third died in its own call before."""

    @pytest.mark.parametrize("died", [False, True])
    def test_what_is_being_written_stays_its_writers(self, died: bool, client, busy: Repo) -> None:
        anna, ben, carl = (client() for _ in range(3))
        for number, one in enumerate((anna, ben)):
            one.start()
            assert one.edit("long.py", f"line {4 + 5 * number}\n", f"agent {number + 1}\n").silent
        if died:
            anna.pre("Edit", "long.py", old_string="agent 1\n", new_string="agent 1 again\n")
            anna.kill()
        carl.start()
        assert carl.pre("Edit", "long.py", old_string="line 16\n", new_string="carl\n").silent
        busy.write("long.py", busy.read("long.py").replace("line 16\n", "carl\n"))
        done = apart(ben, "-m", "Hers")
        assert done.status == 0, done.stderr
        assert carl.post().status == 0
        held = client().pre("Edit", "long.py", old_string="carl\n", new_string="dora\n").reason
        assert "agent-3" in held, held


def test_who_waits_for_what_was_taken_over_waits_for_the_heir(client, guarded: Repo, pucs) -> None:
    anna, bob, carl = client(), client(), client()
    for one in (anna, bob, carl):
        one.start()
    anna.write("a.py", "anna\n")
    assert bob.pre("Edit", "a.py").denied
    anna.kill()
    assert carl.pre("Edit", "a.py", old_string="anna", new_string="carl").denied, "shown first"
    assert carl.edit("a.py", "anna", "carl").silent
    pucs("status")
    assert "is free" not in bob.batch().context
    guarded.git("checkout", "-q", "--", "a.py")
    pucs("status")
    assert "a.py is free now" in bob.batch().context
