"""TaskCreated, an agent put a task on its client's list: it comes to the board."""

import sys

if "__file__" in globals():
    sys.path.append(__file__.rpartition("/")[0] + "/..")

from pucs import hookpath

hookpath.use()

from pucs.hosts.claude_code import main  # noqa: E402 - found faster after the line above

main("TaskCreated")
hookpath.leave()
