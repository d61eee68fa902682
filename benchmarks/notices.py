"""A thousand notices from many processes through random kills: none lost, in order, again only after a crash."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.figures import Report, exactly, told
from benchmarks.post.reader import Reader
from benchmarks.workplace import folder, guarded, hook_commands

if TYPE_CHECKING:
    from benchmarks.post.reader import Books, Showing

_READERS = 4
_SENDER = Path(__file__).parent / "post" / "sender.py"


class Sent(NamedTuple):
    """What the senders noted before and after each notice, in order, by their own files."""

    tried: list[str]
    acknowledged: set[str]
    kills: int


def measure(notices: int = 1000, senders: int = 32, seed: int = 5) -> Report:
    """Sends, kills, reads, and compares the senders' books with what was on the stdout of the readers' hooks."""
    with folder() as where:
        repo = guarded(where)
        commands = hook_commands(repo)
        readers = [Reader(repo, commands, f"reader-{number + 1}") for number in range(_READERS)]
        sending = threading.Event()
        threads = [threading.Thread(target=_read, args=(reader, sending)) for reader in readers]
        for thread in threads:
            thread.start()
        try:
            sent = _send(where, str(repo.root), [one.name for one in readers], (notices, senders, seed))
        finally:
            sending.set()
            for thread in threads:
                thread.join()
            for reader in readers:
                reader.close()
    return _judged(sent, {one.name: one.books for one in readers}, senders)


def _read(reader: Reader, sending: threading.Event) -> None:
    """Reads until nobody sends any more and nothing is left; the end is peaceful, so that there is one."""
    while not sending.is_set():
        reader.turn()
    while reader.repo.store.read().record("inbox/" + reader.name) is not None:
        reader.turn(peace=reader.books.hook_kills % 2 == 0 or len(reader.books.events) % 4 == 0)


def _send(where: Path, repo: str, readers: list[str], size: tuple[int, int, int]) -> Sent:
    notices, senders, seed = size
    dice = random.Random(seed)
    each = -(-notices // senders)
    journals = {f"sender-{number + 1}": where / f"sender-{number + 1}.journal" for number in range(senders)}
    kills = 0

    def begin(name: str) -> subprocess.Popen[bytes] | None:
        lines = journals[name].read_text().splitlines() if journals[name].exists() else []
        first = sum(line.startswith("try") for line in lines)
        if first >= each:
            return None
        command = [sys.executable, str(_SENDER), repo, str(journals[name]), name, str(first), str(each), *readers]
        return subprocess.Popen(command)

    at_work = {name: begin(name) for name in journals}
    while living := {name: process for name, process in at_work.items() if process is not None}:
        time.sleep(dice.uniform(0.0, 0.06))
        name = dice.choice(sorted(living))
        if living[name].poll() is None and dice.random() < 0.5:
            living[name].kill()
            living[name].wait()
            kills += 1
        for other, process in living.items():
            if process.poll() is not None:
                at_work[other] = begin(other)
    lines = [line for journal in journals.values() for line in journal.read_text().splitlines()]
    tried = [line[4:] for line in lines if line.startswith("try ")]
    return Sent(tried, {line[4:] for line in lines if line.startswith("ack ")}, kills)


def _judged(sent: Sent, books: dict[str, Books], senders: int) -> Report:
    shown = {name: {one.text for one in book.showings} for name, book in books.items()}
    lost = sorted(text for text in sent.acknowledged if text not in shown[text.split()[2]])
    tried = set(sent.tried)
    false = sorted(text for texts in shown.values() for text in texts if text not in tried)
    strayed = [text for name, texts in shown.items() for text in texts if text.split()[2] != name]
    needless = [fault for name, book in books.items() for fault in _needless(name, book)]
    renamed = [fault for name, book in books.items() for fault in _renamed(name, book)]
    disordered = [fault for name, book in books.items() for fault in _disordered(name, book)]
    repeats = sum(len(book.showings) - len({one.id for one in book.showings}) for book in books.values())
    hooks = sum(book.hook_kills for book in books.values())
    clients = sum(len(book.client_deaths) for book in books.values())
    return Report(
        "Notices through random kills",
        f"{len(sent.tried)} messages from {senders} processes to {len(books)} agents. Senders, the agents' hooks "
        "(before, while and after they print) and their clients are killed with -9 at random; hooks run two at a time. "
        "Judged by the senders' own files and by what was really on the hooks' stdout.",
        (
            told("messages whose sending returned", len(sent.acknowledged)),
            told("kills of senders, hooks, clients", f"{sent.kills}, {hooks}, {clients}"),
            exactly("lost", len(lost), 0),
            exactly("out of order (by sender and severity)", len(disordered), 0),
            exactly("repeated without a crash before their confirmation", len(needless), 0),
            exactly("repeated under another number, or one number twice", len(renamed), 0),
            exactly("never sent, or to somebody else", len(false) + len(strayed), 0),
            exactly("calls with more than three", sum(book.most > 3 for book in books.values()), 0),
            told("repeated after a crash", repeats),
        ),
        tuple([*lost, *disordered, *needless, *renamed, *false, *strayed][:10]),
    )


def _needless(name: str, book: Books) -> list[str]:
    """Notices that came again although nobody died between their showing and the next event."""
    found = []
    before: dict[str, Showing] = {}
    for one in book.showings:
        last = before.get(one.id)
        if last is not None and not last.killed and not _crashed(last, one, book):
            found.append(f"{name} was told {one.id} again")
        before[one.id] = one
    return found


def _crashed(last: Showing, again: Showing, book: Books) -> bool:
    """Whether the client died after the one showing and before an event that confirmed it."""
    confirmed = min((ended for began, ended in book.events if began > last.ended), default=again.ended)
    return any(last.ended <= death <= min(confirmed, again.ended) for death in book.client_deaths)


def _renamed(name: str, book: Books) -> list[str]:
    texts, ids = defaultdict(set), defaultdict(set)
    for one in book.showings:
        texts[one.id].add(one.text)
        ids[one.text].add(one.id)
    return [
        f"{name}: {key} is {sorted(values)}"
        for found in (texts, ids)
        for key, values in found.items()
        if len(values) > 1
    ]


def _disordered(name: str, book: Books) -> list[str]:
    """First showings that are not in the order of their sending, by sender and severity."""
    last: dict[tuple[str, str], int] = defaultdict(lambda: -1)
    seen, found = set(), []
    for one in book.showings:
        if one.text in seen:
            continue
        seen.add(one.text)
        sender, number, _, severity = one.text.split()
        if int(number) < last[sender, severity]:
            found.append(f"{name} was told {one.text!r} after {last[sender, severity]}")
        last[sender, severity] = int(number)
    return found
