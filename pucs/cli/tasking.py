"""`pucs task`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from pucs.cli.standing import here, publish_if_possible, show_json, shown, unreadable, worker
from pucs.client import boards
from pucs.errors import Refusal, UsageError
from pucs.tasks import ACTIVE, DONE, PENDING
from pucs.texts import neutral

if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.client.opening import Repository
    from pucs.tasks import Task

_MARKS = {PENDING: " ", ACTIVE: ">", DONE: "x"}


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("task", help="the boards of tasks: add, list, next, done, reopen, assign, import")
    parser.add_argument("verb", choices=tuple(_VERBS), metavar="add|list|next|done|reopen|assign|import")
    parser.add_argument("words", nargs="*", metavar="TITLE|ID|AGENT|FILE")
    parser.add_argument("--stream", help="whose board (default: the caller's; list shows all)")
    parser.add_argument("--after", action="append", default=[], metavar="ID", help="add: what must be done before")
    parser.add_argument("--state", choices=(PENDING, ACTIVE, DONE), help="list: only these")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_task)


def _task(arguments: argparse.Namespace) -> int:
    repository = here()
    code = _VERBS[arguments.verb](repository, arguments)
    if arguments.verb != "list":
        publish_if_possible(repository)
    return code


def _add(repository: Repository, arguments: argparse.Namespace) -> int:
    _refuse_unless(arguments, len(arguments.words) > 0, 'add TITLE, e.g. pucs task add "Tune the thresholds"')
    task = worker(repository).add_task(" ".join(arguments.words), arguments.stream, arguments.after)
    return _tell([task], arguments, lambda one: f"task {one.id} is on the board{_of(one)}")


def _list(repository: Repository, arguments: argparse.Namespace) -> int:
    _refuse_unless(arguments, not arguments.words, "list alone; --stream and --state choose")
    found = boards.board(repository, arguments.stream)
    found = tuple(task for task in found if arguments.state in (None, task.state))
    lost = unreadable(repository, "task")
    if arguments.json:
        show_json({"tasks": [document(task) for task in found], **lost})
        return 0
    if not found and not lost:
        print("no task is there")
    return _tell(found, arguments, line_of)


def _next(repository: Repository, arguments: argparse.Namespace) -> int:
    _refuse_unless(arguments, len(arguments.words) <= 1, "next, or next ID")
    identifier = _id(arguments.words[0]) if arguments.words else None
    task = worker(repository).claim_task(identifier, arguments.stream)
    if task is None:
        if arguments.json:
            show_json({"task": None})
        raise Refusal("no task is free for you now", "see: pucs task list")
    return _tell([task], arguments, lambda one: f"task {one.id} is yours{_of(one)}: {neutral(one.title, 200)}")


def _done(repository: Repository, arguments: argparse.Namespace) -> int:
    _refuse_unless(arguments, len(arguments.words) > 0, "done ID")
    client = worker(repository)
    found = [client.complete_task(_id(word)) for word in arguments.words]
    return _tell(found, arguments, lambda one: f"task {one.id} is done: {neutral(one.title, 200)}")


def _reopen(repository: Repository, arguments: argparse.Namespace) -> int:
    _refuse_unless(arguments, len(arguments.words) > 0, "reopen ID")
    client = worker(repository)
    found = [client.reopen_task(_id(word)) for word in arguments.words]
    return _tell(found, arguments, lambda one: f"task {one.id} is on the board again{_of(one)}")


def _assign(repository: Repository, arguments: argparse.Namespace) -> int:
    _refuse_unless(arguments, len(arguments.words) == 2, "assign ID AGENT")  # noqa: PLR2004
    task = worker(repository).assign_task(_id(arguments.words[0]), arguments.words[1])
    return _tell([task], arguments, lambda one: f"task {one.id} is kept for {shown(arguments.words[1])}")


def _import(repository: Repository, arguments: argparse.Namespace) -> int:
    _refuse_unless(arguments, len(arguments.words) <= 1, "import FILE, or import alone for pucs_config.yaml")
    client = worker(repository)
    if arguments.words:
        path = arguments.words[0]
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            raise UsageError(f"{path} cannot be read: {why}", "name a Markdown file") from None
        result = client.import_tasks(text, arguments.stream, os.path.basename(path))
    else:
        result = client.import_configured_tasks()
    if arguments.json:
        kinds = {"added": result.added, "done": result.done}
        show_json({**{name: [document(one) for one in found] for name, found in kinds.items()}, "known": result.known})
        return 0
    print(f"{len(result.added)} new, {len(result.done)} found done, {result.known} known before")
    known = {rule.name for rule in repository.policy.streams}
    for name in sorted({one.stream for one in result.added if one.stream} - known if known else ()):
        print(f"no stream is configured as {shown(name)}; --stream NAME puts tasks on another board")
    return 0


_VERBS: dict[str, Callable[[Repository, argparse.Namespace], int]] = {
    "add": _add,
    "list": _list,
    "next": _next,
    "done": _done,
    "reopen": _reopen,
    "assign": _assign,
    "import": _import,
}


def document(task: Task) -> dict[str, Any]:
    """A task as JSON."""
    return {**task.extra, **{name: value for name, value in task._asdict().items() if name != "extra"}}


def line_of(task: Task) -> str:
    """One task on one line."""
    about = [f"{task.agent}"] if task.agent else []
    about += [f"for {task.assigned}"] if task.assigned else []
    about += [f"after {', '.join(task.needs)}"] if task.needs and task.state != DONE else []
    about += [f"{', '.join(task.had)} had it"] if task.had and task.state != DONE else []
    said = f"  ({shown('; '.join(about))})" if about else ""
    return (
        f"[{_MARKS.get(task.state, '?')}] {task.id:>3}  {shown(task.stream or '-')}  {neutral(task.title, 200)}{said}"
    )


def _tell(
    found: list[Task] | tuple[Task, ...],
    arguments: argparse.Namespace,
    words: Callable[[Task], str],
) -> int:
    if arguments.json:
        documents = [document(task) for task in found]
        show_json({"tasks": documents} if len(documents) > 1 else {"task": documents[0]})
        return 0
    for task in found:
        print(words(task))
    return 0


def _of(task: Task) -> str:
    return f" of stream {shown(task.stream)}" if task.stream else ""


def _id(word: str) -> str:
    """The id in `7`, `#7` or `task 7`'s last word."""
    return word.removeprefix("task-").removeprefix("#")


def _refuse_unless(arguments: argparse.Namespace, fine: object, usage: str) -> None:
    if not fine:
        raise UsageError(f"pucs task {arguments.verb} is called otherwise", f"write: pucs task {usage}")
