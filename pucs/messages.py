"""The rule of commit messages: `[PUCS-<stream>] <type>: <description>`, taken apart, checked, and begun for the writer.

`comment` is what begins a comment line of the message, "" where it has none (no editor was used).
"""

from __future__ import annotations

from pucs.paths import printable
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = "[PUCS-"
_AUTOSQUASH = ("fixup! ", "squash! ", "amend! ")
# What git and its hosts write themselves; "Merge the two parsers" is a person's sentence and gets its prefix.
_MERGES = (
    "Merge branch ",
    "Merge branches ",
    "Merge remote-tracking branch",
    "Merge tag ",
    "Merge tags ",
    "Merge commit ",
    "Merge commits ",
    "Merge pull request ",
)
_REVERTS = ('Revert "', 'Reapply "')
_CUT = "------------------------ >8 ------------------------"
_AUTOMATIC = "#;@!$%^&|:"


class Terms(Record):
    """What a message has to be: of which stream ("": nothing binds it), of one of which types, and how strictly."""

    stream: str = ""
    streams: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    format: str = "off"
    observing: bool = False

    @property
    def bind(self) -> bool:
        """Whether they ask anything."""
        return bool(self.stream) and self.format != "off"


class Fault(Record):
    """What is wrong with a subject: the rule, the word it is about, and what would be right."""

    rule: str
    subject: str
    word: str = ""
    choices: tuple[str, ...] = ()


class Subject(Record):
    """A subject taken apart; what it lacks is ""."""

    stream: str
    type: str = ""
    description: str = ""


def prefix(stream: str) -> str:
    """What a subject of that stream begins with, the space included."""
    return f"{_OPENING}{stream}] "


def parse(subject: str) -> Subject | None:
    """The parts of a subject; None for one that names no stream. Looks behind `fixup! ` and its like."""
    while subject.startswith(_AUTOSQUASH):
        subject = subject.partition(" ")[2]
    if not subject.startswith(_OPENING):
        return None
    stream, bracket, rest = subject[len(_OPENING) :].partition("]")
    if not bracket or not stream:
        return None
    kind, colon, description = rest.partition(":")
    if not colon or not kind.startswith(" ") or not description.startswith((" ", "\t")):
        kind, description = (kind if colon else ""), ""
    return Subject(stream, kind.removeprefix(" "), description.strip())


def check(subject: str, terms: Terms) -> Fault | None:
    """What is wrong with the subject of a commit under these terms; None where it is right or git's own."""
    if is_exempt(subject):
        return None
    parts = parse(subject)
    if parts is None:
        return Fault("subject-prefix", subject)
    if parts.stream != terms.stream:
        known = not terms.streams or parts.stream in terms.streams
        return Fault("subject-other" if known else "subject-unknown", subject, parts.stream, terms.streams)
    if parts.type not in terms.types:
        return Fault("subject-type", subject, parts.type, terms.types)
    return None if parts.description else Fault("subject-description", subject)


def is_exempt(subject: str) -> bool:
    """Whether git or its host wrote this subject: merges, reverts, and what autosquash will fold away."""
    return subject.startswith((*_AUTOSQUASH, *_MERGES, *_REVERTS))


def subject_of(text: str, comment: str = "") -> str:
    """The subject as git takes it: the lines of the first paragraph, joined by spaces."""
    words: list[str] = []
    for line in _content(text, comment):
        if line:
            words.append(line.strip())
        elif words:
            break
    return " ".join(words)


def cleaned(text: str, comment: str = "") -> str:
    """The message as git would store it: no comments, no blanks around."""
    return "\n".join(_content(text, comment)).strip("\n")


def begun(text: str, stream: str, comment: str = "", *, edited: bool = False) -> str:
    """The text with the stream's prefix before its subject, unless that names a stream already or is git's own.

    Where somebody will edit it (`edited`) and the first line is free, the prefix stands there, to be completed.
    """
    lines = text.split("\n")
    if edited and not lines[0].strip():
        return "\n".join([prefix(stream), *lines[1:]])
    for number, line in enumerate(lines):
        if _is_cut(line, comment):
            break
        if not line.strip() or (comment and line.startswith(comment)):
            continue
        if is_exempt(line) or line.lstrip().casefold().startswith(_OPENING.casefold()):
            return text
        lines[number] = prefix(stream) + line.lstrip()
        return "\n".join(lines)
    return "\n".join([prefix(stream), *lines]) if edited else text


def comment_of(setting: str, text: str) -> str:
    """What begins a comment in this text, under git's `core.commentChar` (or `commentString`) of that value."""
    if setting.casefold() != "auto":
        return setting or "#"
    lines = text.split("\n")
    for line in lines:
        if line[1:] == " " + _CUT and line[0] in _AUTOMATIC:
            return line[0]
    # Git takes a character that begins no line of the message, and writes its own help last.
    last = next((line for line in reversed(lines) if line.strip()), "#")
    return last[0] if last[0] in _AUTOMATIC else "#"


def _content(text: str, comment: str) -> Iterator[str]:
    for line in text.split("\n"):
        if _is_cut(line, comment):
            return
        if not comment or not line.startswith(comment):
            yield line.rstrip()


def _is_cut(line: str, comment: str) -> bool:
    return bool(comment) and line.rstrip("\r") == f"{comment} {_CUT}"


def sentence(fault: Fault, stream: str) -> str:
    """What is wrong with a commit's subject, and how it is written."""
    word, choices = printable(fault.word, 60), ", ".join(fault.choices)
    wrong = {
        "subject-prefix": f'the subject "{printable(fault.subject, 80)}" does not name its stream',
        "subject-unknown": f"there is no stream {word} (there are: {choices})",
        "subject-other": f"the subject names stream {word}, this commit belongs to stream {stream}",
        "subject-type": f'"{word}" is no type' if word else "the subject has no type",
        "subject-description": "the subject describes nothing",
    }[fault.rule]
    types = f" (types: {choices})" if fault.rule == "subject-type" else ""
    named = "<stream>" if fault.rule == "subject-unknown" and stream == fault.word else stream
    return f"{wrong}. Write: {prefix(named)}<type>: <description>{types}"
