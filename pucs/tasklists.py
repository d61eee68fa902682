"""The rule of task lists: what a Markdown page asks for, and how it becomes tasks of the board."""

from __future__ import annotations

import re

from pucs.errors import UsageError
from pucs.record import Record
from pucs.tasks import DONE, HOST, PENDING, Draft, Task, board, event_of, fresh, task_key, title_of
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.model import Agent
    from pucs.view import View

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_STREAM = re.compile(r"(?:work\s+)?stream\s+\S+?\s*[:\u2013\u2014-]\s*(.+)", re.IGNORECASE)
_COUNT = re.compile(r"\s*\([^()]*\)$")
_BOX = re.compile(r"(\s*)(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)")
_NUMBERED = re.compile(r"(\d+)[.)]\s+(.*)")
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_AFTER = re.compile(r"\s*\(after\s+([\w, ]+)\)$", re.IGNORECASE)
_STATES = (PENDING, DONE)
_FENCE = re.compile(r"\s*(```|~~~)")


class Imported(Record):
    """What an import came to: new tasks, those that the list says are done, and how many were there already."""

    added: tuple[Task, ...] = ()
    done: tuple[Task, ...] = ()
    known: int = 0


def drafts_of(text: str, streams: Iterable[str], source: str, stream: str | None = None) -> tuple[Draft, ...]:
    """The tasks of a Markdown page: numbered lists below `### Stream 1: Name (15 tasks)`, and check lists anywhere.

    A heading that is a stream's name counts, too; `stream` is for all that stands below no such heading, and makes
    numbered lists there count. `(after 1, 2)` at an item's end names items of its list that come before it.
    """
    known = tuple(streams)
    found: list[Draft] = []
    here, level, open_item, fence = stream, 0, False, ""
    for line in text.splitlines():
        marks = _FENCE.match(line)
        if fence or marks:
            fence = "" if marks and fence == marks[1] else (fence or (marks[1] if marks else ""))
            open_item = False
            continue
        heading = _HEADING.match(line)
        if heading:
            open_item, depth, name = False, len(heading[1]), stream_in(heading[2], known)
            if name or depth <= level:
                here, level = (name, depth) if name else (stream, 0)
            continue
        draft = _item(line, here, source, numbered=bool(level or stream))
        if draft is not None:
            found.append(draft)
            open_item = True
        elif open_item and line[:1].isspace() and line.strip() and not _BULLET.match(line):
            found[-1] = found[-1]._replace(title=f"{found[-1].title} {line.strip()}")
        else:
            open_item = False
    return tuple(_with_order(draft) for draft in found)


def stream_in(heading: str, streams: tuple[str, ...]) -> str:
    """Which stream a heading is about; "" for none. `Stream 2: LLM Agents (20 tasks)` is the configured `llm`."""
    title = _COUNT.sub("", heading).strip("*_ ")
    exact = {name.casefold(): name for name in streams}
    named = _STREAM.fullmatch(title)
    if named is None:
        return exact.get(title.casefold(), "")
    title = _COUNT.sub("", named[1]).strip("*_ ")
    words = re.findall(r"\w+", title.casefold())
    for name in (title.casefold(), *words):
        if name in exact:
            return exact[name]
    return "-".join(words)


def listed(texts: Iterable[str], stream: str | None, source: str) -> tuple[Draft, ...]:
    """The tasks of a plain list, numbered from 1."""
    return tuple(
        _with_order(Draft(text, stream, label=str(number), source=source)) for number, text in enumerate(texts, 1)
    )


def _item(line: str, stream: str | None, source: str, *, numbered: bool) -> Draft | None:
    box = _BOX.match(line)
    if box is not None:
        label = _NUMBERED.match(line.strip())
        return Draft(box[3], stream, box[2] in "xX", label[1] if label else "", source=source)
    item = _NUMBERED.match(line) if numbered else None
    return Draft(item[2], stream, label=item[1], source=source) if item is not None else None


def _with_order(draft: Draft) -> Draft:
    title = title_of(draft.title)
    after = _AFTER.search(title)
    if after is None or not draft.label:
        return draft._replace(title=title)
    labels = tuple(re.findall(r"\w+", after[1]))
    return draft._replace(title=title[: after.start()], needs=tuple(one for one in labels if one != "and"))


def imported(agent: Agent, drafts: tuple[Draft, ...], view: View) -> Change:
    """The drafts as tasks, each once however often the list is read; the result is an Imported.

    The same title on the same board is the same task. A list may say that a task is done, never that it is not.
    Raises UsageError where tasks of the list wait for each other.
    """
    check_order(drafts)
    known: dict[tuple[str | None, str, int], Task] = {}
    counts: dict[tuple[str | None, str], int] = {}
    for task in board(view):
        if task.source != HOST:
            known[_identity(task.stream, task.title, counts)] = task
    counts = {}
    pairs = [(draft, known.get(_identity(draft.stream, draft.title, counts))) for draft in drafts]
    writes: dict[str, Any] = {}
    tasks = [task or fresh(draft, (), view, writes) for draft, task in pairs]
    ids = {_place(draft): task.id for draft, task in zip(drafts, tasks, strict=True)}
    added: list[Task] = []
    over: list[Task] = []
    for (draft, earlier), now in zip(pairs, tasks, strict=True):
        if earlier is None:
            needs = tuple(ids[draft.stream, draft.source, label] for label in draft.needs)
            added.append(now._replace(needs=needs, agent=agent.id if draft.done else "", state=_STATES[draft.done]))
        elif draft.done and now.state != DONE:
            over.append(now._replace(state=DONE, agent=now.agent or agent.id, assigned="", since=view.now))
    writes.update({task_key(task.id): task for task in (*added, *over)})
    events = [event_of("task_added", agent, task) for task in added]
    events += [event_of("task_completed", agent, task) for task in over]
    return Change(Imported(tuple(added), tuple(over), len(pairs) - len(added)), writes, tuple(events))


def _place(draft: Draft) -> tuple[str | None, str, str]:
    return draft.stream, draft.source, draft.label


def _identity(stream: str | None, title: str, counts: dict[tuple[str | None, str], int]) -> tuple[str | None, str, int]:
    """What makes a task of a list the same as one on the board; of equal titles each is one by itself."""
    key = (stream, title_of(title).casefold())
    counts[key] = counts.get(key, 0) + 1
    return (*key, counts[key])


def check_order(drafts: tuple[Draft, ...]) -> None:
    """Raises UsageError where a draft waits for what is not in its list, or some wait for each other."""
    open_ones = {_place(draft): draft for draft in drafts if draft.label}
    for draft in drafts:
        for label in draft.needs:
            if (draft.stream, draft.source, label) not in open_ones:
                raise UsageError(f'"{draft.title}" waits for {label}, which is not in its list', "correct the numbers")
    while open_ones:
        ready = [
            key
            for key, draft in open_ones.items()
            if not any((draft.stream, draft.source, label) in open_ones for label in draft.needs)
        ]
        if not ready:
            titles = " and ".join(f'"{draft.title}"' for draft in list(open_ones.values())[:2])
            raise UsageError(f"{titles} wait for each other", "correct the numbers after which they come")
        for key in ready:
            del open_ones[key]
