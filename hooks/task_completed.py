"""TaskCompleted, a task of that list is finished: it is done on the board, too."""

import sys

if "__file__" in globals():
    sys.path.append(__file__.rpartition("/")[0] + "/..")

from pucs import hookpath

hookpath.use()

from pucs.hosts.claude_code import main  # noqa: E402 - found faster after the line above

main("TaskCompleted")
hookpath.leave()
