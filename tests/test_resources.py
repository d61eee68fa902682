"""The rule of resources: which commands need what, the line, the rate, and what ends by itself."""

import pytest

from pucs import resources
from pucs.model import ALIVE, DEAD, Agent, Process
from pucs.policy import Policy, ResourceRule, decode, encode
from pucs.resource_commands import needed, simple_commands
from pucs.resources import Asking, Taken
from pucs.state.memory import MemoryStore

DB = ResourceRule("db", ("pytest tests/db", "make *-db"), limit=1, longest_s=60)
API = ResourceRule("api", ("curl *example.com*",), rate=2, per_s=10)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("pytest tests/db", ["db"]),
        ("pytest tests/db -q", ["db"]),
        ("pytest tests/dbx", []),
        ("cd x && CI=1 .venv/bin/pytest  'tests/db' | tail", ["db"]),
        ("echo pytest tests/db", []),
        ("make test-db", ["db"]),
        ("make test", []),
        ("timeout=3 nice bash -c 'sleep 1; pytest tests/db'", ["db"]),
        ("(pytest tests/db)", ["db"]),
        ("if true; then pytest tests/db; fi", ["db"]),
        ("curl -s https://example.com/x; make x-db", ["db", "api"]),
        ("curl -s https://example.org/x", []),
        ("pytest \\\n tests/db", ["db"]),
        ("pytest 'tests/db", ["db"]),
        ("", []),
        ("';' \"", []),
    ],
)
def test_what_a_command_needs(command: str, names: list[str]) -> None:
    assert [rule.name for rule in needed((DB, API), command)] == names


def test_simple_commands() -> None:
    assert list(simple_commands("a 'b c'  d; e=1 f && g\nh")) == ["a b c d", "f", "g", "h"]


def test_the_policy_keeps_them_and_says_nothing_where_there_are_none() -> None:
    assert decode(encode(Policy(resources=(DB, API)))).resources == (DB, API)
    assert "resources" not in encode(Policy())


class Scene:
    """Agents that ask, in a state in memory, with a boot clock, a wall clock and deaths at hand."""

    def __init__(self) -> None:
        self.now, self.tick, self.boot = 1000.0, 5000, "boot"
        self.dead: set[int] = set()
        self.store = MemoryStore(lambda: self.now, self._liveness)

    def take(self, name: str, *rules: ResourceRule, call: str = "c", hold: bool = True) -> Taken:
        asking = self.asking(name, call)
        taken: Taken = self.store.transact(lambda view: resources.take(asking, rules or (DB,), view, hold=hold))
        return taken

    def give(self, name: str, rule: ResourceRule = DB, calls: tuple[str, ...] | None = None) -> None:
        asking = self.asking(name, "")
        self.store.transact(lambda view: resources.given_back(asking, (rule,), view, calls))

    def asking(self, name: str, call: str) -> Asking:
        pid = sum(map(ord, name))
        agent = self.store.read().agent(name) or Agent(name)
        return Asking(agent, call, Process("here", "boot", "ns", pid, "1"), "pytest", self.boot, self.tick)

    def kill(self, name: str) -> None:
        self.dead.add(sum(map(ord, name)))

    def told(self, name: str) -> list[str]:
        inbox = self.store.read().record("inbox/" + name)
        return [one.text for one in inbox.notices] if inbox else []

    def _liveness(self, process: Process | None) -> str:
        return DEAD if process is not None and process.pid in self.dead else ALIVE


@pytest.fixture
def scene() -> Scene:
    return Scene()


class TestLimit:
    def test_one_has_it_and_gives_it_to_the_next_in_line(self, scene: Scene) -> None:
        assert scene.take("anna").granted
        ben, carl = scene.take("ben"), scene.take("carl")
        assert (ben.granted, ben.before, ben.holders[0].agent) == (False, 0, "anna")
        assert carl.before == 1
        assert scene.take("ben").before == 0, "the place of the first denial"
        scene.give("anna")
        assert not scene.take("carl").granted
        assert scene.told("ben") == ["db is free now, and you are next: run your command within 2 minutes."]
        assert scene.told("carl") == []
        assert scene.take("ben").granted

    def test_a_second_hook_of_a_call_takes_no_second_slot(self, scene: Scene) -> None:
        assert scene.take("anna").granted
        assert scene.take("anna").granted
        assert not scene.take("anna", call="other").granted

    @pytest.mark.parametrize("place", ["holder", "waiter"])
    def test_the_dead_neither_hold_nor_wait(self, scene: Scene, place: str) -> None:
        scene.take("anna")
        scene.take("ben")
        scene.kill("anna")
        if place == "waiter":
            scene.kill("ben")
            assert scene.take("carl").granted
        else:
            assert not scene.take("carl").granted
            assert scene.told("ben"), "whoever looks first wakes who is next"
            assert scene.take("ben").granted

    def test_a_turn_that_nobody_takes_passes_on(self, scene: Scene) -> None:
        scene.take("anna")
        scene.take("ben")
        scene.take("carl")
        scene.give("anna")
        scene.tick += 119 * 100
        assert not scene.take("carl").granted
        scene.tick += 2 * 100
        assert scene.take("carl").granted

    def test_no_use_lasts_for_ever_whatever_the_wall_clock_says(self, scene: Scene) -> None:
        scene.take("anna")
        for now in (0.0, 1e9):
            scene.now = now
            assert not scene.take("ben").granted
        scene.tick += 61 * 100
        assert scene.take("ben").granted

    def test_another_start_of_the_machine_counts_by_the_wall_clock(self, scene: Scene) -> None:
        scene.take("anna")
        scene.boot = "later"
        assert not scene.take("ben").granted
        scene.now += 61
        assert scene.take("ben").granted

    def test_all_or_nothing(self, scene: Scene) -> None:
        other = DB._replace(name="other")
        scene.take("anna", other)
        assert not scene.take("ben", DB, other).granted
        assert scene.take("carl", DB).granted

    def test_a_turn_that_has_come_is_kept(self, scene: Scene) -> None:
        assert scene.take("anna", hold=False).granted
        assert not scene.take("ben").granted
        assert scene.take("anna").granted

    def test_what_goes_on_in_the_background_is_held_until_it_ends(self, scene: Scene) -> None:
        scene.take("anna")
        asking = scene.asking("anna", "c")
        scene.store.transact(lambda view: resources.background(asking, (DB,), view, "task-1"))
        scene.give("anna", calls=("c",))
        for running, granted in ((("task-1",), False), ((), True)):
            scene.store.transact(
                lambda view, running=running: resources.finished(scene.asking("anna", ""), (DB,), view, running)
            )
            assert scene.take("ben").granted == granted


class TestRate:
    def test_so_many_in_a_time(self, scene: Scene) -> None:
        assert scene.take("anna", API, call="1").granted
        scene.tick += 400
        assert scene.take("anna", API, call="2").granted
        scene.give("anna", API)
        refused = scene.take("ben", API)
        assert (refused.granted, refused.wait_s) == (False, 6.0)
        scene.tick += 599
        assert not scene.take("ben", API).granted
        scene.tick += 1
        assert scene.take("ben", API).granted
        assert not scene.take("carl", API).granted

    @pytest.mark.parametrize("step", [-86400.0, 86400.0])
    def test_steps_of_the_clock_neither_add_to_it_nor_stop_it(self, scene: Scene, step: float) -> None:
        scene.take("anna", API, call="1")
        scene.take("anna", API, call="2")
        scene.now += step
        assert not scene.take("ben", API).granted
        scene.tick += 1001
        assert scene.take("ben", API).granted


class TestValues:
    def test_each_tree_has_its_own_until_it_is_gone(self) -> None:
        rule = ResourceRule("port", env="PORT", values=("1", "2"))
        record = resources.Resource("port")
        given = []
        for tree in (".", "a", ".", "b"):
            value, record = resources.value_of(record, rule, tree, frozenset({".", "a", "b"}))
            given.append(value)
        assert given == ["1", "2", "1", ""]
        value, record = resources.value_of(record, rule, "b", frozenset({".", "b"}))
        assert value == "2"
