"""PostToolUseFailure, after a failed tool call: its lock goes if nothing was written."""

import sys

if "__file__" in globals():
    sys.path.append(__file__.rpartition("/")[0] + "/..")

from pucs import hookpath

hookpath.use()

from pucs.hosts.reading_only import main  # noqa: E402 - found faster after the line above

main("PostToolUseFailure")
hookpath.leave()
