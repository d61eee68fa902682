"""Our entries in somebody else's settings: in and out, and every other byte as it was."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pucs.errors import ConfigError
from pucs.install import claude_settings
from pucs.install.locations import HOOK_CODE, Location

LOCATION = Location("/usr/bin/python3", "/opt/pucs", "/opt/pucs/hooks")
GROUPS = claude_settings.machine_groups(LOCATION, "allow")

THEIRS = [
    pytest.param(b"{}", id="empty-object"),
    pytest.param(b"{}\n", id="empty-object-with-newline"),
    pytest.param(b'{"model": "x"}', id="one-line"),
    pytest.param(b'{\n  "model": "x"\n}\n', id="two-spaces"),
    pytest.param(b'{\n\t"model": "x",\n\t"permissions": {"allow": []}\n}', id="tabs-no-final-newline"),
    pytest.param(b'{\r\n    "model": "x"\r\n}\r\n', id="crlf"),
    pytest.param(b'\xef\xbb\xbf{\n "a": 1 }\n', id="byte-order-mark"),
    pytest.param(b'{"hooks": {}}', id="empty-hooks"),
    pytest.param(b'{ "hooks" : { "Stop" : [] , "Other":[] } ,"z":[1,2,  3]}', id="odd-spaces"),
    pytest.param(
        b'{\n  "hooks": {\n    "PreToolUse": [\n      {"matcher": "Bash", "hooks": [{"type": "command", "command": "x"}]}\n'
        b'    ],\n    "Stop": [{"hooks": [{"type": "command", "command": "y"}]}]\n  },\n  "env": {"K\\u00e9y": "\xc3\xa9"}\n}\n',
        id="other-hooks",
    ),
]


@pytest.mark.parametrize("theirs", THEIRS)
def test_entries_go_in_and_come_out_again(theirs: bytes) -> None:
    data, texts = claude_settings.added(theirs, GROUPS, "settings.json")
    read = json.loads(data.decode("utf-8-sig"))
    assert {event: groups[-1] for event, groups in read["hooks"].items() if event in GROUPS} == GROUPS
    assert len(texts) == len(GROUPS)
    assert all(data.decode().count(text) == 1 for text in texts)
    assert claude_settings.added(data, GROUPS, "settings.json")[0] == data
    assert claude_settings.removed(data, theirs) == theirs


def test_an_empty_file_counts_as_an_empty_object() -> None:
    data, _ = claude_settings.added(b"", GROUPS, "settings.json")
    assert json.loads(data)["hooks"] == {event: [group] for event, group in GROUPS.items()}


def test_what_was_added_after_us_stays() -> None:
    data, _ = claude_settings.added(b'{\n  "model": "x"\n}\n', GROUPS, "settings.json")
    read = json.loads(data)
    read["hooks"]["PreToolUse"].append({"hooks": [{"type": "command", "command": "mine"}]})
    read["hooks"]["Stop"][0]["hooks"].append({"type": "command", "command": "merged into ours"})
    left = json.loads(claude_settings.removed(json.dumps(read, indent=4).encode(), b'{"model": "x"}'))
    assert left == {
        "model": "x",
        "hooks": {
            "PreToolUse": [{"hooks": [{"type": "command", "command": "mine"}]}],
            "Stop": [{"hooks": [{"type": "command", "command": "merged into ours"}]}],
        },
    }


def test_entries_of_another_installation_are_replaced() -> None:
    elsewhere = claude_settings.machine_groups(Location("/old/python", "/old", "/old/pucs/_hooks"), "block")
    old, _ = claude_settings.added(b'{"a": 1}', elsewhere, "settings.json")
    new, _ = claude_settings.added(old, GROUPS, "settings.json")
    assert new == claude_settings.added(b'{"a": 1}', GROUPS, "settings.json")[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"a": 1,}', "is not JSON"),
        (b'{"a": 1} // note', "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b'{"hooks": []}', "`hooks` is not an object"),
        (b'{"hooks": {"Stop": {}}}', "`hooks.Stop` is not a list"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_is_no_settings_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)):
        claude_settings.added(text, GROUPS, "settings.json")


def test_the_client_is_told_to_block_only_before_a_call() -> None:
    def answers(on_failure: str) -> dict[str, str]:
        groups = claude_settings.machine_groups(LOCATION, on_failure)
        return {event: group["hooks"][0]["onFailure"] for event, group in groups.items()}

    assert set(answers("allow").values()) == {"continue"}
    assert answers("block") == {**answers("allow"), "PreToolUse": "block"}


def test_every_entry_is_in_exec_form_with_a_timeout_of_its_own() -> None:
    for groups in (GROUPS, claude_settings.shared_groups("allow"), claude_settings.plugin_groups()):
        for event, group in groups.items():
            (hook,) = group["hooks"]
            assert isinstance(hook["args"], list), event
            assert hook["timeout"] == (5 if event == "SessionEnd" else 10)
    assert GROUPS["Stop"]["hooks"][0]["args"] == [
        *("-I", "-S", "-c", HOOK_CODE, "/opt/pucs", "/opt/pucs/hooks/stop.py"),
    ]


@pytest.mark.parametrize(
    ("tool", "hooked"),
    [
        *((tool, True) for tool in ("Write", "Edit", "MultiEdit", "NotebookEdit", "Bash", "PowerShell")),
        *((tool, True) for tool in ("mcp__files__write_file", "mcp__x")),
        *((tool, False) for tool in ("Read", "TodoWrite", "BashOutput", "KillBash", "xmcp__a", "write")),
    ],
)
def test_the_matcher_means_whole_names(tool: str, hooked: bool) -> None:
    # The client searches with a JavaScript expression; these constructs mean the same there.
    assert bool(re.search(claude_settings.TOOLS, tool)) is hooked


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
_HOOKS = st.dictionaries(
    st.sampled_from(["PreToolUse", "Stop", "Notification"]),
    st.lists(
        st.fixed_dictionaries({"hooks": st.lists(st.fixed_dictionaries({"command": st.text(max_size=5)}), max_size=2)}),
        max_size=2,
    ),
    max_size=3,
)


@given(
    _JSON.filter(lambda value: isinstance(value, dict)),
    st.none() | _HOOKS,
    st.sampled_from([None, 1, 2, "\t"]),
    st.booleans(),
)
def test_any_settings_survive_us(document: dict, hooks: dict | None, indent: object, crlf: bool) -> None:
    document.pop("hooks", None)
    if hooks is not None:
        document["hooks"] = hooks
    theirs = json.dumps(document, indent=indent, ensure_ascii=False)
    data = (theirs.replace("\n", "\r\n") if crlf else theirs).encode("utf-8", "replace")
    ours, _ = claude_settings.added(data, GROUPS, "settings.json")
    read = json.loads(ours)
    assert {key: value for key, value in read.items() if key != "hooks"} == {
        key: value for key, value in json.loads(data).items() if key != "hooks"
    }
    assert claude_settings.removed(ours, data) == data
