"""`pucs intent`, `intents`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pucs.cli.locking import minutes
from pucs.cli.standing import here, publish_if_possible, show_json, shown, spoken, unreadable, worker
from pucs.client.surveying import survey
from pucs.errors import UsageError
from pucs.report import announced
from pucs.times import text_of
from pucs.wording import ago

if TYPE_CHECKING:
    import argparse

    from pucs.announcements import IntentResult
    from pucs.report import Standing


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("intent", help="announce what you will change; it warns others and keeps nobody out")
    parser.add_argument("files", nargs="*", metavar="FILE", help="files, folders/, or patterns like 'llm/**/*.py'")
    parser.add_argument("--task", "-m", default="", metavar="DESCRIPTION", help="what for; others are told")
    parser.add_argument("--minutes", type=minutes, help="how long (default: locks.default_duration_min)")
    parser.add_argument("--close", action="store_true", help="take back all that you announced")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_intent)

    parser = commands.add_parser("intents", help="who will change what")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_intents)


def _intent(arguments: argparse.Namespace) -> int:
    repository = here()
    client = worker(repository)
    if arguments.close == bool(arguments.files):
        raise UsageError("name what you will change, or --close", "pucs intent FILE… -m DESCRIPTION")
    if arguments.close:
        ended = client.close_intents()
        if arguments.json:
            show_json({"closed": [one.id for one in ended]})
        else:
            print(f"{len(ended)} taken back" if ended else "nothing of yours was announced")
    else:
        result = client.signal_intent(arguments.files, arguments.task, arguments.minutes)
        _show(result, as_json=arguments.json)
    publish_if_possible(repository)
    return 0


def _show(result: IntentResult, *, as_json: bool) -> None:
    if as_json:
        met = [{**one._asdict(), "until": text_of(one.until)} for one in result.conflicts]
        show_json({**result._asdict(), "until": text_of(result.until), "conflicts": met, "files": list(result.files)})
        return
    until = time.strftime("%H:%M:%S", time.localtime(result.until))
    print(f"announced until {until}: {spoken(result.task) or 'no description'}")
    for one in result.conflicts:
        print(f"  {one.type}: {shown(one.warning)}")
    if not result.conflicts:
        print("  nobody else is at it")


def _intents(arguments: argparse.Namespace) -> int:
    repository = here()
    publish_if_possible(repository)
    surveyed = survey(repository)
    lost = unreadable(repository, "intent", "path")
    if arguments.json:
        show_json({"intents": [announced(one) for one in surveyed.intents], **lost})
        return 0
    for one in surveyed.intents:
        print(line_of(one, surveyed.now))
    if not surveyed.intents and not lost:
        print("nobody announced anything")
    return 0


def line_of(standing: Standing, now: float) -> str:
    """One intent on one line."""
    intent = standing.intent
    stream = f" (stream {intent.stream})" if intent.stream else ""
    task = f'  "{spoken(intent.task)}"' if intent.task else ""
    done = [f"{path} edited" for path in standing.edited if path not in intent.done]
    done += [f"{path} committed" for path in intent.done]
    left = f"{max(0, round((intent.until - now) / 60))} min left"
    how = "by its first edit" if standing.automatic else f"announced {ago(now - intent.since)}"
    return shown(f"{intent.agent}{stream}  {', '.join(intent.files)}{task}  ({'; '.join([how, left, *done])})")
