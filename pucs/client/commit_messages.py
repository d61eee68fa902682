"""The message of a commit under way: begun with its stream's prefix, checked before git takes it."""

from __future__ import annotations

from pucs import messages
from pucs.client.commits import Commit, before, committer, log_refusals, terms_of, was_checked
from pucs.client.subjects import Message, Outcome, complete, fault_in, said_of
from pucs.git import commits
from pucs.messages import Terms
from pucs.state import commit_note
from pucs.system.texts import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.messages import Fault

_EMPTY_AT_FIRST = ("", "template")
_EXISTING = ("commit", "merge")


def prepare(commit: Commit, file: str, source: str) -> Outcome:
    """Begins a new subject with the prefix, and checks what --no-verify kept from the other hooks.

    `source` is where git has the message from; `file` is rewritten. A subject that existed before is left alone.
    """
    tree = commit.repository.tree
    text = read_text(file)
    prepared = commits.is_machine_text(tree, text)
    outcome = Outcome()
    verified = was_checked(commit)
    if not verified and not (prepared and _is_clean_pick(commit)):
        outcome = before(commit)
        if outcome.refused:
            return outcome
    if commits.is_merging(tree):
        commit_note.leave(commit.gitdir, {})
        return outcome
    noted = terms_of(commit)
    note: dict[str, Any] = {**commit_note.found(commit.gitdir), "terms": noted}
    note.pop("checked", None)
    if source in _EXISTING or prepared:
        note["existing"] = messages.subject_of(text, _comment(commit, text))
    elif Terms(**noted).bind and not commit.observing:
        is_empty = commit.edited and source in _EMPTY_AT_FIRST
        if verified or not is_empty:
            note |= _begun(commit, file, text, is_empty=is_empty)
        # else: nobody looks at the message again, and a prefix alone would make a commit of an abandoned one.
        if not verified and not commit.edited:
            judged = check(commit, file)
            outcome = judged._replace(lines=outcome.lines + judged.lines)
    commit_note.leave(commit.gitdir, note)
    return outcome


def check(commit: Commit, file: str) -> Outcome:
    """The verdict on a finished message."""
    terms = Terms(**terms_of(commit))
    comment = _comment(commit, read_text(file)) if terms.bind else ""
    note = commit_note.found(commit.gitdir)
    fault = fault_in(Message(file, commit.gitdir, commit.edited, comment), terms, note)
    if fault is None:
        return Outcome()
    outcome = _answer(commit, fault, terms)
    if outcome.refused:
        commit_note.leave(commit.gitdir, {})
    return outcome


def _begun(commit: Commit, file: str, text: str, *, is_empty: bool) -> dict[str, Any]:
    """Writes the prefix; what was begun for somebody to complete goes into the note."""
    comment = _comment(commit, text)
    text = complete(file, text, Terms(**terms_of(commit)), comment, edited=commit.edited)
    return {"begun": messages.cleaned(text, comment)} if is_empty else {}


def _answer(commit: Commit, fault: Fault, terms: Terms) -> Outcome:
    if terms.observing or terms.format == "enforce":
        log_refusals(commit, [{"subject": fault.subject, "rule": fault.rule}], committer(commit))
    return said_of(fault, terms)


def _is_clean_pick(commit: Commit) -> bool:
    """Whether git itself makes this commit, of content that it merged alone (rebase, cherry-pick, revert)."""
    tree = commit.repository.tree
    return not commits.is_merging(tree) and not commits.is_stopped(tree)


def _comment(commit: Commit, text: str) -> str:
    """What begins a comment; without an editor git keeps every line."""
    if not commit.edited:
        return ""
    return messages.comment_of(commits.comment_setting(commit.repository.tree), text)
