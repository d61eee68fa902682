"""Places in streams: `max_agents` holds among processes, and who has waited longest is next."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from pucs import PUCSClient
from pucs.errors import Refusal, UsageError
from pucs.policy import Policy
from tests.agents.conftest import Pucs, shell_of
from tests.cli.conftest import begin
from tests.install.conftest import run_pucs
from tests.support import ROOT, Client, Repo, policy

Named = Callable[[Client], str]

CLAIM = """
import sys
from pucs import PUCSClient
sys.stdin.readline()
place = PUCSClient(sys.argv[1]).claim_stream("db")
print(place.granted, flush=True)
sys.stdin.readline()
"""


def limited(most: int | None) -> Policy:
    rules = policy(streams={"db": "db/**", "web": "web/**"})
    return rules._replace(streams=(rules.streams[0]._replace(max_agents=most, files="db/**"), rules.streams[1]))


@pytest.fixture
def small(guarded: Repo) -> Repo:
    """A guarded repository whose stream db is for two agents."""
    return guarded.guard(limited(2))


def claims(client: Client, pucs: Pucs) -> bool:
    return pucs("claim", "db", by=client).status == 0


class TestClaim:
    def test_a_claim_counts_at_edits_and_commits(self, client, pucs: Pucs, named: Named, repo: Repo) -> None:
        repo.write("pucs_config.yaml", "streams:\n  db:\n    files_pattern: db/**\n  web:\n    files_pattern: web/**\n")
        assert run_pucs(repo, "init").status == 0
        anna = client(repo)
        anna.start()
        said = pucs("claim", "db", by=anna)
        assert said.stdout == f"{named(anna)} is in stream db (1 agents): db/**\n"
        assert "belongs to stream web; you work in stream db" in anna.pre("Write", "web/x.py").reason
        assert anna.write("db/x.py", "x = 1\n").silent
        assert "stream db" in anna.start().context
        repo.git("add", "db/x.py")
        repo.git("commit", "-qm", "feat: Add x", **shell_of(anna))
        assert repo.git("log", "-1", "--format=%s") == "[PUCS-db] feat: Add x"
        [entry] = repo.events("claimed")
        assert (entry["agent"], entry["stream"]) == (named(anna), "db")
        assert (entry["message"], entry["answer"]) == ("claim_stream", "stream_assigned")

        assert pucs("leave", by=anna).stdout == f"{named(anna)} left stream db\n"
        assert anna.pre("Write", "web/x.py").silent

    def test_a_claim_is_stronger_than_the_branch_and_weaker_than_the_launcher(
        self, client, pucs: Pucs, small: Repo
    ) -> None:
        small.git("switch", "-qc", "feature/stream-web")
        anna, ben = client(), client(PUCS_STREAM="web")
        anna.start(), ben.start()
        assert claims(anna, pucs)
        assert "you work in stream db" in anna.pre("Write", "web/x.py").reason
        refused = pucs("claim", "db", by=ben, PUCS_STREAM="web")
        assert (refused.status, "was started for stream web" in refused.stderr) == (1, True)

    def test_its_subagents_work_in_its_place(self, client, pucs: Pucs, small: Repo) -> None:
        anna = client()
        anna.start()
        early = anna.subagent("0a")
        early.start()
        assert claims(anna, pucs)
        late = anna.subagent("0b")
        for child in (early, late):
            assert "you work in stream db" in child.pre("Write", "web/x.py").reason
        assert pucs("claim").stdout.splitlines()[0].startswith("db  1 of 2 agents  ")

    def test_wrong_use(self, client, pucs: Pucs, small: Repo) -> None:
        anna = client()
        anna.start()
        unknown = pucs("claim", "nobodys", by=anna)
        assert (unknown.status, "the streams are: db, web" in unknown.stderr) == (2, True)
        assert pucs("claim", "db").status == 2, "a person is in no stream"
        assert pucs("claim", "db", "--wait", "1000", by=anna).status == 2
        with pytest.raises(UsageError, match="no stream nobodys"):
            PUCSClient("tool", path=str(small.root)).claim_stream("nobodys")


class TestFull:
    def test_one_too_many_waits_and_the_oldest_is_next(self, client, pucs: Pucs, named: Named, small: Repo) -> None:
        anna, ben, cleo, dora = (client() for _ in range(4))
        for one in (anna, ben, cleo, dora):
            one.start()
        assert claims(anna, pucs)
        assert claims(ben, pucs)
        refused = pucs("claim", "db", by=cleo)
        assert refused.status == 1
        assert f"stream db is full (2 of 2 agents: {named(anna)}, {named(ben)}); {named(cleo)} waits" in refused.stderr
        assert not claims(dora, pucs)
        assert pucs("claim").stdout.splitlines() == [
            f"db  2 of 2 agents  {named(anna)}, {named(ben)}; waiting: {named(cleo)}, {named(dora)}",
            "web  0 agents  nobody",
        ]
        assert cleo.pre("Write", "web/x.py").silent, "who waits is not in it"

        anna.end()
        told = cleo.look("a.py").context
        assert "You have a place in stream db now, for which you waited. Change only db/** and what no" in told
        assert "you work in stream db" in cleo.pre("Write", "web/y.py").reason
        assert dora.look("a.py").silent
        [entry] = small.events("assigned")
        assert (entry["agent"], entry["message"]) == (named(cleo), "stream_assigned")

    def test_who_is_killed_frees_its_place_and_has_it_no_more_when_it_comes_back(
        self, client, pucs: Pucs, named: Named, small: Repo
    ) -> None:
        anna, ben, cleo = client(), client(), client()
        for one in (anna, ben, cleo):
            one.start()
        assert [claims(one, pucs) for one in (anna, ben, cleo)] == [True, True, False]
        anna.kill()
        pucs("agents")  # whoever publishes looks who is gone
        assert "You have a place in stream db now" in cleo.look("a.py").context
        back = client(session=anna.session)
        assert named(back) == named(anna)
        assert back.pre("Write", "web/x.py").silent
        assert not claims(back, pucs)

    def test_who_ended_has_its_place_back_if_nobody_has_got_it(
        self, client, pucs: Pucs, named: Named, small: Repo
    ) -> None:
        anna, ben, cleo = client(), client(), client()
        for one in (anna, ben, cleo):
            one.start()
        assert [claims(one, pucs) for one in (anna, ben)] == [True, True]
        anna.end()
        ben.end()
        assert pucs("claim").stdout.startswith("db  0 of 2 agents  nobody")
        ben.start("resume")
        assert "you work in stream db" in ben.pre("Write", "web/x.py").reason
        assert claims(cleo, pucs)
        anna.start("resume")
        assert pucs("claim").stdout.startswith(f"db  2 of 2 agents  {named(ben)}, {named(cleo)}")
        assert anna.pre("Write", "web/x.py").silent

    def test_waiting_for_a_place_ends_when_one_is_free(self, client, pucs: Pucs, named: Named, small: Repo) -> None:
        anna, ben, cleo = client(), client(), client()
        for one in (anna, ben, cleo):
            one.start()
        assert [claims(one, pucs) for one in (anna, ben)] == [True, True]
        waiting = begin(small, "claim", "db", "--wait", "100", **shell_of(cleo))
        while not small.store.read().record("roster/db"):
            assert waiting.poll() is None
        pucs("terminate", named(ben))
        said, _ = waiting.communicate(timeout=60)
        assert (waiting.returncode, said) == (0, f"{named(cleo)} is in stream db (2 of 2 agents): db/**\n")

    def test_who_waits_and_is_gone_is_passed_over(self, client, pucs: Pucs, small: Repo) -> None:
        anna, ben, cleo, dora = (client() for _ in range(4))
        for one in (anna, ben, cleo, dora):
            one.start()
        assert [claims(one, pucs) for one in (anna, ben, cleo, dora)] == [True, True, False, False]
        cleo.kill()
        pucs("leave", by=anna)
        assert "You have a place in stream db now" in dora.look("a.py").context

    def test_who_was_started_for_a_stream_is_counted_and_told_but_let_in(self, client, small: Repo, pucs: Pucs) -> None:
        crowd = [client(PUCS_STREAM="db") for _ in range(3)]
        assert [("is meant for 2" in one.start().context) for one in crowd] == [False, False, True]
        assert crowd[2].pre("Write", "db/x.py").silent
        anna = client()
        anna.start()
        assert not claims(anna, pucs)
        assert json.loads(pucs("claim", "--json").stdout)["streams"][0]["members"] == [
            f"db-agent-{n}" for n in (1, 2, 3)
        ]

    def test_a_person_assigns_a_place(self, client, pucs: Pucs, named: Named, small: Repo) -> None:
        anna = client()
        anna.start()
        assert pucs("claim", "db", "--agent", named(anna)).status == 0
        assert "you work in stream db" in anna.pre("Write", "web/x.py").reason
        refused = pucs("claim", "web", "--agent", "somebody-else", by=anna)
        assert (refused.status, "is for people" in refused.stderr) == (1, True)


def test_sixteen_processes_get_three_places(guarded: Repo) -> None:
    guarded.guard(limited(3))
    env = {**guarded.env, "PYTHONPATH": str(ROOT)}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM, f"tool-{number}"],
            cwd=guarded.root,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(16)
    ]
    try:
        for one in crowd:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        said = [one.stdout.readline() for one in crowd if one.stdout is not None]
        assert sorted(said) == ["False\n"] * 13 + ["True\n"] * 3
        waiting = [name for name, _ in guarded.store.read().record("roster/db").waiting]
        assert len(set(waiting)) == 13

        inside = [number for number, word in enumerate(said) if word == "True\n"]
        crowd[inside[0]].kill()
        crowd[inside[0]].wait()
        PUCSClient("looker", path=str(guarded.root)).place_in("db")
        assert run_pucs(guarded, "agents").status == 0
        view = guarded.store.read()
        assert view.agent(waiting[0]).claim == "db"  # type: ignore[union-attr]
        assert [name for name, _ in view.record("roster/db").waiting] == waiting[1:]
    finally:
        for one in crowd:
            one.kill()
            one.communicate()


def test_the_library(guarded: Repo) -> None:
    guarded.guard(limited(1))
    anna, ben = PUCSClient("anna", path=str(guarded.root)), PUCSClient("ben", path=str(guarded.root))
    assert anna.register("Tidy up").agent_id == "anna"
    assert anna.claim_stream("db").granted
    place = ben.claim_stream("db")
    assert (place.granted, place.members, place.most, place.before) == (False, ("anna",), 1, 0)
    assert ben.place_in("db") == place
    with pytest.raises(Refusal, match="belongs to stream web; you work in stream db"):
        anna.acquire_locks("web/x.py")
    assert anna.leave_stream() == "db"
    assert ben.place_in("db").granted
    ben.acquire_locks("db/x.py")
    assert [(one.agent, one.stream, one.locks) for one in ben.agents()] == [
        ("anna", None, ()),
        ("ben", "db", ("db/x.py",)),
    ]
