"""The commit gate's rules on values: paths against streams, staged contents against locks, ranges of commits."""

import pytest

from pucs import commit_gate
from pucs.commit_gate import CommitRequest, Judged, Made, Staged
from pucs.messages import Fault
from pucs.model import ABSENT, ALIVE, DEAD, DENY, GRANT, Agent, Finding, Lock, PathRecord, Tree
from pucs.policy import CommitPolicy, CriticalRule, GuardPolicy
from pucs.view import Damaged, View
from tests.support import policy

NOW = 1000.0
RULES = policy(streams={"db": "db/**", "ui": "ui/**"})


def lock(agent="other", *, base="base", wrote="theirs", **fields):
    return Lock(agent, None, "", NOW - 10, 1800.0, 7200.0, 1, base, last=NOW - 10, wrote=wrote, **fields)


def view_of(records=(), agents=(), life=ALIVE, damaged=()):
    known = {f"path/{record.path}": record for record in records} | {f"agent/{agent.id}": agent for agent in agents}

    def load(key):
        if key in damaged:
            raise Damaged(key)
        return known.get(key)

    return View(load, lambda _: (), 1, NOW, lambda _: life)


def held(path, *locks, tree="."):
    return PathRecord(path, trees={tree: Tree(locks=locks)})


def staged(path, content="mine", now="theirs", *more):
    return Staged(path, path, (content, *more), now)


def judge(*paths, agent="me", stream=None, rules=RULES, records=(), **view):
    request = CommitRequest(Agent(agent) if agent else None, stream, ".", paths)
    return commit_gate.judge(request, rules, view_of(records, **view))


def test_a_commit_inside_its_stream_passes():
    verdict = judge(staged("db/x"), staged("README"), stream="db")
    assert verdict == commit_gate.Verdict(GRANT)


def test_every_path_outside_the_stream_is_found_with_its_owner():
    verdict = judge(staged("ui/a"), staged("db/x"), staged("ui/b"), stream="db")
    assert verdict.decision == DENY
    assert verdict.findings == (Finding("stray", "ui/a", owners=("ui",)), Finding("stray", "ui/b", owners=("ui",)))


def test_people_are_held_to_streams_too():
    assert judge(staged("ui/a"), agent=None, stream="db").decision == DENY


@pytest.mark.parametrize(("mode", "decision", "warned"), [("enforce", DENY, 0), ("warn", GRANT, 1), ("off", GRANT, 0)])
def test_the_configuration_says_how_strict_boundaries_are(mode, decision, warned):
    rules = RULES._replace(guard=GuardPolicy(boundaries=mode))
    verdict = judge(staged("ui/a"), stream="db", rules=rules)
    assert (verdict.decision, len(verdict.warnings)) == (decision, warned)


@pytest.mark.parametrize("stream", [None, "unknown"])
def test_nothing_is_outside_where_no_configured_stream_applies(stream):
    assert judge(staged("ui/a"), stream=stream).decision == GRANT


def test_another_agents_dirty_bytes_are_refused():
    mine = lock()
    verdict = judge(staged("x"), records=[held("x", mine)])
    assert verdict.findings == (Finding("held", "x", lock=mine, tree="."),)


def test_dirty_bytes_of_a_dead_agent_are_refused_as_parked():
    verdict = judge(staged("x"), records=[held("x", lock())], life=DEAD)
    assert [finding.rule for finding in verdict.findings] == ["parked"]


@pytest.mark.parametrize(
    ("theirs", "content", "now"),
    [
        pytest.param(lock(), "base", "theirs", id="staged before they began"),
        pytest.param(lock(), "mine", "base", id="theirs is back at base"),
        pytest.param(lock(wrote=None), "mine", "mine", id="they wrote nothing"),
        pytest.param(lock(wrote=None, explicit=True), "mine", "mine", id="explicit, without bytes"),
        pytest.param(lock("me"), "mine", "theirs", id="my own"),
        pytest.param(lock("boss"), "mine", "theirs", id="my parent's"),
    ],
)
def test_locks_whose_bytes_are_not_in_the_commit_do_not_count(theirs, content, now):
    agent = "boss/1" if theirs.agent == "boss" else "me"
    assert judge(staged("x", content, now), agent=agent, records=[held("x", theirs)]).decision == GRANT


def test_a_sibling_and_a_childs_bytes_do_count():
    assert judge(staged("x"), agent="boss/1", records=[held("x", lock("boss/2"))]).decision == DENY
    assert judge(staged("x"), agent="boss", records=[held("x", lock("boss/1"))]).decision == DENY


def test_a_base_known_in_another_form_does_not_count():
    assert judge(staged("x", "lf", "theirs", "base"), records=[held("x", lock())]).decision == GRANT


def test_deleting_what_another_agent_is_changing_is_refused():
    assert judge(staged("x", ABSENT, ABSENT), records=[held("x", lock())]).decision == DENY


def test_locks_of_other_trees_do_not_count():
    assert judge(staged("x"), records=[held("x", lock(), tree="wt:5")]).decision == GRANT


def test_people_are_warned_of_bytes_and_never_held():
    verdict = judge(staged("x"), agent=None, records=[held("x", lock())])
    assert (verdict.decision, [finding.rule for finding in verdict.warnings]) == (GRANT, ["held"])


def test_a_damaged_record_counts_as_held():
    verdict = judge(staged("x"), damaged={"path/x"})
    assert verdict.findings == (Finding("damaged", "x", note="path/x"),)
    assert judge(staged("x"), agent=None, damaged={"path/x"}).decision == GRANT


def test_critical_files_and_critical_streams_ask_for_review():
    rules = policy(streams={"db": "db/**", "ui": "ui/**"}, critical={"api.py": 60.0, "deep/**": 60.0})
    first, second = rules.critical_files
    rules = rules._replace(
        critical_files=(first._replace(requires_review=True), second._replace(test_required=True)),
        streams=(rules.streams[0]._replace(critical=True), rules.streams[1]),
    )
    found = list(commit_gate.to_review(["api.py", "deep/x", "db/y", "ui/z", "free"], rules))
    assert found == [
        Finding("review", "api.py"),
        Finding("review", "deep/x", note="tests"),
        Finding("review", "db/y", owners=("db",)),
    ]


def test_a_critical_file_without_demands_asks_for_nothing():
    rules = RULES._replace(critical_files=(CriticalRule(["+", "", False, ["x"], False], "x"),))
    assert list(commit_gate.to_review(["x"], rules)) == []


def made(number, *parents, subject="[PUCS-db] feat: x", names=("db/x",)):
    return Made(f"c{number}", tuple(f"c{parent}" for parent in parents), subject, names)


def judge_range(*commits, stream="db", rules=RULES):
    return list(commit_gate.judge_range(commits, stream, rules))


def test_a_clean_range_has_no_findings():
    assert judge_range(made(2, 1), made(1, 0)) == []


def test_a_range_is_judged_by_paths_and_subjects():
    assert judge_range(made(2, 1, names=("ui/a",)), made(1, 0, subject="Add")) == [
        Judged("c2", "db", Finding("stray", "ui/a", owners=("ui",))),
        Judged("c1", "db", fault=Fault("subject-prefix", "Add")),
    ]


def test_without_a_branch_the_subject_names_the_stream():
    found = judge_range(made(2, 1, names=("ui/a",)), made(1, 0, subject="Free", names=("ui/a",)), stream=None)
    assert found == [Judged("c2", "db", Finding("stray", "ui/a", owners=("ui",)))]


def test_an_unknown_stream_in_a_subject_is_a_finding():
    assert judge_range(made(1, 0, subject="[PUCS-no] feat: x"), stream=None) == [
        Judged("c1", "no", fault=Fault("subject-unknown", "[PUCS-no] feat: x", "no", ("db", "ui")))
    ]


def test_what_a_merge_brought_in_belongs_to_its_own_stream():
    merge = made(3, 2, 9, subject="anything", names=())
    theirs = made(9, 0, subject="[PUCS-ui] feat: y", names=("ui/y",))
    bad = theirs._replace(names=("db/x",))
    assert judge_range(merge, made(2, 1), theirs) == []
    assert judge_range(merge, made(2, 1), bad) == [Judged("c9", "ui", Finding("stray", "db/x", owners=("db",)))]


def test_a_merge_is_judged_on_the_paths_it_is_given():
    merge = made(3, 2, 9, subject="anything", names=("ui/evil",))
    assert judge_range(merge, made(2, 1)) == [Judged("c3", "db", Finding("stray", "ui/evil", owners=("ui",)))]


def test_the_merge_into_the_base_that_a_service_makes_leads_to_the_branch():
    service = Made("m", ("base", "c2"), "Merge 1 into 2", ())
    assert judge_range(service, made(2, 1, subject="Add"), made(1, 0)) == [
        Judged("c2", "db", fault=Fault("subject-prefix", "Add"))
    ]


@pytest.mark.parametrize(("form", "found"), [("off", []), ("warn", [False]), ("enforce", [True])])
def test_the_configuration_says_how_strict_subjects_are(form, found):
    rules = RULES._replace(commits=CommitPolicy(format=form))
    assert [one.binding for one in judge_range(made(1, 0, subject="Add"), rules=rules)] == found


def test_observing_binds_nobody():
    rules = RULES._replace(guard=GuardPolicy(mode="observe"))
    assert [one.binding for one in judge_range(made(1, 0, subject="Add", names=("ui/a",)), rules=rules)] == [
        False,
        False,
    ]
