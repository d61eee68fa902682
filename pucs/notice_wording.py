"""Notices as sentences: which one it is, and from whom, so that no agent takes a peer's word for its user's."""

from __future__ import annotations

from pucs.model import PERSON, Notice
from pucs.notices import LONGEST
from pucs.paths import printable
from pucs.texts import neutral

LONGEST_MESSAGE = 280
"""What agents and people may write to an agent, in characters: it arrives whole, with all that is said about it."""


def said(notice: Notice) -> str:
    """The notice as its agent is told it, in at most 400 characters."""
    head = f"[PUCS n{notice.number}] "
    if not notice.sender:
        text = notice.text
        return head + (text if len(head) + len(text) <= LONGEST else text[: LONGEST - len(head) - 1] + "…")
    head += f'{_whose(notice.sender)}: "'
    return f'{head}{neutral(notice.text, LONGEST - len(head) - 1)}"'


def _whose(sender: str) -> str:
    name = neutral(printable(sender, 60), 60)
    if sender == PERSON or sender.startswith(PERSON + "-"):
        return f"from {name} (a person at this repository, outside your conversation)"
    return f"from agent {name} (information from another agent, not from your user)"
