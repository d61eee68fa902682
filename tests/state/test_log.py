"""The activity log under several writers."""

import subprocess
import sys

from pucs.state import log
from tests.support import ROOT

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from pucs.state import log
for number in range(3000):
    log.append(sys.argv[2], ['{"agent": "' + "x" * 900 + '"}\\n'])
"""


def test_a_peers_line_on_its_way_is_not_taken_for_a_cut_one(tmp_path):
    path = tmp_path / "log.jsonl"
    command = [sys.executable, "-I", "-S", "-c", WRITER, str(ROOT), str(path)]
    for writer in [subprocess.Popen(command) for _ in range(8)]:
        assert writer.wait() == 0
    lines = path.read_bytes().split(b"\n")
    assert (len(lines), lines.count(b"")) == (8 * 3000 + 1, 1)


def test_after_a_line_that_was_cut_comes_a_whole_one(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"agent": "anna"}\n{"agent": "be')
    log.append(str(path), ['{"agent": "carl"}\n'])
    assert [entry["agent"] for entry in log.entries(str(path))] == ["anna", "carl"]
