"""One sender of notices, a process: `sender.py REPO JOURNAL NAME FIRST LAST READERS…`, until it is killed."""

from __future__ import annotations

import os
import random
import sys
import time


def main() -> None:
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    from pucs.client.messaging import SEVERITIES, Letter, send
    from pucs.client.opening import repository_at
    from pucs.errors import StoreBusy

    repo, journal, name, first, last, *readers = sys.argv[1:]
    repository = repository_at(repo)
    assert repository is not None
    book = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in range(int(first), int(last)):
        dice = random.Random(f"{name} {number}")
        reader, severity = dice.choice(readers), dice.choice(SEVERITIES)
        text = f"{name} {number} {reader} {severity}"
        os.write(book, f"try {text}\n".encode())
        while True:
            try:
                send(repository, Letter(name, text, severity), reader)
            except StoreBusy:
                continue
            break
        os.write(book, f"ack {text}\n".encode())
        time.sleep(dice.uniform(0.0, 0.25))  # so that kills find it at work, not done


if __name__ == "__main__":
    main()
