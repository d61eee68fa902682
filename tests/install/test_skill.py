"""The skill that the plugin brings: short, found by the client, and every command in it is one."""

import re
import shlex

import pytest

from pucs.cli import parser
from tests.support import ROOT

SKILL = ROOT / "skills/pucs/SKILL.md"
TEXT = SKILL.read_text()
COMMANDS = re.findall(r"^    (pucs .+?)(?:  +.*)?$", TEXT, re.MULTILINE) + re.findall(r"`(pucs [^`\n]+)`", TEXT)
NAMED_ALONE = {"pause", "resume", "terminate", "uninstall"}
"""Verbs that a sentence names without what they work on."""
OWED = [
    "intent",
    "lock",
    "wait",
    "commit",
    "task",
    "why",
    "status",
    "message",
    "notices",
    "handoff",
    "ask",
    "report",
    "claim",
]


def test_it_is_short_and_says_when_it_is_for_something() -> None:
    assert TEXT.count("\n") < 60
    head = TEXT.split("---\n")[1].splitlines()
    assert head[0] == "name: pucs"
    assert head[1].startswith("description: ")
    assert len(head[1]) < 1024
    assert max(map(len, TEXT.splitlines()[4:])) <= 120


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_it_exists(command: str) -> None:
    said = command.replace("[PATH…]", "a.py").replace("YOU", "agent-2")
    words = shlex.split(said)[1:]
    if len(words) == 1 and words[0] in NAMED_ALONE:
        with pytest.raises(SystemExit) as left:
            parser().parse_args([*words, "--help"])
        assert left.value.code == 0
    else:
        parser().parse_args(words)


@pytest.mark.parametrize("verb", OWED)
def test_it_names_every_verb_that_agents_need(verb: str) -> None:
    assert any(command.split()[1] == verb for command in COMMANDS)
