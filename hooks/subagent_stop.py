"""SubagentStop, a subagent ends: its dirty bytes become its parent's."""

import sys

if "__file__" in globals():
    sys.path.append(__file__.rpartition("/")[0] + "/..")

from pucs import hookpath

hookpath.use()

from pucs.hosts.claude_code import main  # noqa: E402 - found faster after the line above

main("SubagentStop")
hookpath.leave()
