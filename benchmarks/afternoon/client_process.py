"""Stands for one host client: runs what it is told, line by line, as its own children, and prints what they said.

A real client is the parent of its hooks and of what its Bash tool runs; that is how PUCS knows whose they are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        done = subprocess.run(
            job["command"],
            input=job["input"].encode(),
            env={**job["env"], "CLAUDE_PID": str(os.getpid())},
            cwd=job["cwd"],
            capture_output=True,
            check=False,
        )
        answer = [done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
