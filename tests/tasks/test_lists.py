"""Lists of tasks: the proposal's appendix, check lists, and lists in the configuration, read once however often."""

import pytest

from pucs.config import loading
from pucs.errors import ConfigError, UsageError
from pucs.model import Agent
from pucs.state.memory import MemoryStore
from pucs.tasklists import Imported, drafts_of, imported, listed
from pucs.tasks import DONE, PENDING, Draft, board

APPENDIX = """\
## Appendix A: Work Stream Task Breakdown

### Stream 1: Execution (3 parallelizable tasks)
1. Fill predictor ML model improvements
2. Slippage monitoring enhancements
   for the new venue
3. Liquidity scoring algorithm (after 1, 2)

### Stream 2: LLM Agents (2 parallelizable tasks)
1. Fine-tune trader persona
2. Fine-tune analyst persona

### (Additional streams have similar breakdowns)

1. This is no task of a stream

```
- [ ] nor is this
```

- [ ] But this one is
* [X] and this is done
"""


def titles(drafts: tuple[Draft, ...]) -> list[tuple[str | None, str]]:
    return [(draft.stream, draft.title) for draft in drafts]


def test_the_proposals_appendix() -> None:
    drafts = drafts_of(APPENDIX, ["execution", "llm"], "plan.md")
    assert titles(drafts) == [
        ("execution", "Fill predictor ML model improvements"),
        ("execution", "Slippage monitoring enhancements for the new venue"),
        ("execution", "Liquidity scoring algorithm"),
        ("llm", "Fine-tune trader persona"),
        ("llm", "Fine-tune analyst persona"),
        (None, "But this one is"),
        (None, "and this is done"),
    ]
    assert [draft.needs for draft in drafts[:3]] == [(), (), ("1", "2")]
    assert [draft.done for draft in drafts] == [False] * 6 + [True]


@pytest.mark.parametrize(
    ("heading", "streams", "stream"),
    [
        ("### Stream 1: Execution (15 parallelizable tasks)", ["execution"], "execution"),
        ("### Work Stream 7: API & Integration", ["execution", "api"], "api"),
        ("## Stream B - Risk", ["risk"], "risk"),
        ("## llm", ["llm"], "llm"),
        ("### Stream 3: Market Scanning", ["scanners"], "market-scanning"),
        ("### Stream 3: Market Scanning", [], "market-scanning"),
    ],
)
def test_which_stream_a_heading_names(heading: str, streams: list[str], stream: str) -> None:
    assert titles(drafts_of(f"{heading}\n1. One\n", streams, "x")) == [(stream, "One")]


@pytest.mark.parametrize("heading", ["### Phase 1: Foundation (Week 1)", "## Upstream 1: x", "### Best practices"])
def test_a_numbered_list_elsewhere_is_no_list_of_tasks(heading: str) -> None:
    assert drafts_of(f"{heading}\n1. One\n- two\n", ["llm"], "x") == ()
    assert titles(drafts_of(f"{heading}\n1. One\n- two\n", ["llm"], "x", "llm")) == [("llm", "One")]


def test_a_section_below_a_streams_heading_is_still_the_streams_and_one_beside_it_is_not() -> None:
    text = "## llm\n### Later\n1. One\n## Notes\n1. Two\n"
    assert titles(drafts_of(text, ["llm"], "x")) == [("llm", "One")]


def test_a_list_read_again_adds_nothing() -> None:
    store = MemoryStore()
    drafts = drafts_of(APPENDIX, ["execution", "llm"], "plan.md")
    first = store.transact(lambda view: imported(Agent("person"), drafts, view))
    assert (len(first.added), first.known) == (7, 0)
    before = board(store.read())
    again = store.transact(lambda view: imported(Agent("person"), drafts, view))
    assert again == Imported(known=7)
    assert board(store.read()) == before


def test_what_was_renamed_and_moved_in_a_list_is_new_and_what_was_moved_is_not() -> None:
    store = MemoryStore()
    store.transact(lambda view: imported(Agent("p"), listed(["One", "Two"], "llm", "config"), view))
    drafts = drafts_of("# Stream 1: llm\n1. Zero\n2. two\n3. One\n3. One\n", ["llm"], "other.md")
    result = store.transact(lambda view: imported(Agent("p"), drafts, view))
    assert [task.title for task in result.added] == ["Zero", "One"], "the same title a second time is a second task"
    assert result.known == 2


def test_a_list_says_that_a_task_is_done_and_never_that_it_is_not() -> None:
    store = MemoryStore()

    def read(text: str) -> Imported:
        result: Imported = store.transact(lambda view: imported(Agent("p"), drafts_of(text, [], "x"), view))
        return result

    read("- [ ] One\n- [x] Two\n")
    assert [task.state for task in board(store.read())] == [PENDING, DONE]
    assert [task.title for task in read("- [x] One\n- [ ] Two\n").done] == ["One"]
    assert [task.state for task in board(store.read())] == [DONE, DONE]


def test_ids_of_a_list_become_ids_of_the_board() -> None:
    store = MemoryStore()
    store.transact(lambda view: imported(Agent("p"), listed(["Other"], None, "x"), view))
    store.transact(lambda view: imported(Agent("p"), listed(["One (after 2)", "Two"], "llm", "x"), view))
    assert [(task.id, task.needs) for task in board(store.read())] == [("1", ()), ("2", ("3",)), ("3", ())]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["One (after 2)", "Two (after 1)"], "wait for each other"),
        (["One (after 1)"], "wait for each other"),
        (["One (after 5)"], "waits for 5, which is not in its list"),
    ],
)
def test_a_list_that_can_never_be_done_is_refused(texts: list[str], said: str) -> None:
    store = MemoryStore()
    with pytest.raises(UsageError, match=said):
        store.transact(lambda view: imported(Agent("p"), listed(texts, None, "x"), view))
    assert board(store.read()) == ()


class TestConfiguration:
    def test_lists_tasks_for_streams_and_for_all(self) -> None:
        text = (
            'tasks:\n  - "Write the notes, in English"\n'
            'streams:\n  llm:\n    files_pattern: "llm/**"\n    tasks: [One, "Two (after 1)"]\n'
        )
        settings = loading.parse(text, "x")
        assert settings.tasks == ("Write the notes, in English",)
        assert settings.streams[0].tasks == ("One", "Two (after 1)")
        assert settings.warnings == ()

    @pytest.mark.parametrize(
        ("tasks", "said"),
        [
            ('"One, two"', r"x:4: streams\.llm\.tasks: expected a list of texts"),
            ("[One, 2]", r"streams\.llm\.tasks\[1\]: expected text, got 2"),
            ('["One (after 2)"]', r"streams\.llm\.tasks: expected tasks that can be done one after another"),
        ],
    )
    def test_what_is_wrong_with_them_is_said_with_its_key(self, tasks: str, said: str) -> None:
        with pytest.raises(ConfigError, match=said):
            loading.parse(f'streams:\n  llm:\n    files_pattern: "llm/**"\n    tasks: {tasks}\n', "x")
