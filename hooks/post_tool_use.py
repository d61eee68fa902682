"""PostToolUse, after a tool call: what it left, and notices."""

import sys

if "__file__" in globals():
    sys.path.append(__file__.rpartition("/")[0] + "/..")

from pucs import hookpath

hookpath.use()

from pucs.hosts.reading_only import main  # noqa: E402 - found faster after the line above

main("PostToolUse")
hookpath.leave()
