"""The subject of a commit, begun and judged under known terms: all that `commit-msg` needs where `pre-commit` ran."""

from __future__ import annotations

from pucs import messages, system
from pucs.messages import Terms
from pucs.record import Record
from pucs.state import commit_note
from pucs.system.texts import identity, read_text, write_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pucs.messages import Fault


class Outcome(Record):
    """What a git hook answers: whether git goes on, and what is said on the way."""

    refused: bool = False
    lines: tuple[str, ...] = ()


class Message(Record):
    """A finished message as `commit-msg` gets it; `comment` begins its comment lines, "" where no editor ran."""

    file: str
    gitdir: str
    edited: bool
    comment: str = ""


def fault_in(message: Message, terms: Terms, note: Mapping[str, Any]) -> Fault | None:
    """What is wrong with the message; None where it may stand. It is completed, or emptied so that git aborts.

    Emptied is one that holds nothing but what was begun for its writer.
    """
    if system.exists(message.gitdir + "/MERGE_HEAD"):
        # A merge may have any subject. Where it is clean no post-commit follows, which would take the note away.
        commit_note.leave(message.gitdir, {})
        return None
    if not terms.bind:
        return None
    text = read_text(message.file)
    subject = messages.subject_of(text, message.comment)
    if subject and subject == note.get("existing"):
        return None
    if message.edited:
        said = messages.cleaned(text, message.comment)
        if said in (note.get("begun"), messages.prefix(terms.stream).strip(), ""):
            write_text(message.file, "")
            return None
    elif (note.get("checked") or not note) and subject and not terms.observing:
        # `prepare-commit-msg` left the beginning to us, or nobody knows any more whether it did.
        subject = messages.subject_of(complete(message.file, text, terms))
    return messages.check(subject, terms)


def complete(file: str, text: str, terms: Terms, comment: str = "", *, edited: bool = False) -> str:
    """Puts the stream's prefix before the subject where it is missing; gives the text."""
    begun = messages.begun(text, terms.stream, comment, edited=edited)
    if begun != text:
        write_text(file, begun)
    return begun


def said_of(fault: Fault, terms: Terms) -> Outcome:
    """The answer to a wrong subject."""
    said = messages.sentence(fault, terms.stream)
    if terms.observing:
        return Outcome()
    if terms.format == "warn":
        return Outcome(False, (f"PUCS: warning: {said}",))
    return Outcome(True, ("PUCS: this commit is refused; nothing was changed.", "  " + said))


def noted_terms(note: Mapping[str, Any]) -> Terms | None:
    """The terms that the hook before found to hold; None where it did not run."""
    noted = note.get("terms")
    if not isinstance(noted, dict) or not {*noted} <= {*Terms._fields}:
        return None
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in noted.items()}
    return Terms(**values)


def prepare_noted(file: str, gitdir: str, index: str) -> bool:
    """Completes the message of a commit that `pre-commit` let through and nobody edits. False: go the long way."""
    note = commit_note.found(gitdir)
    terms = noted_terms(note)
    if terms is None or not note.get("checked") or note["checked"] != identity(index):
        return False
    if system.exists(gitdir + "/MERGE_HEAD"):
        return False
    if terms.bind and not terms.observing:
        complete(file, read_text(file), terms)
    commit_note.leave(gitdir, {key: value for key, value in note.items() if key != "checked"})
    return True


def check_noted(file: str, gitdir: str) -> bool:
    """Whether the message of such a commit may stand. False: go the long way."""
    note = commit_note.found(gitdir)
    terms = noted_terms(note)
    return terms is not None and fault_in(Message(file, gitdir, edited=False), terms, note) is None
