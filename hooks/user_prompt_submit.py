"""UserPromptSubmit, a prompt: its first line is what the agent works on from now on."""

import sys

if "__file__" in globals():
    sys.path.append(__file__.rpartition("/")[0] + "/..")

from pucs import hookpath

hookpath.use()

from pucs.hosts.claude_code import main  # noqa: E402 - found faster after the line above

main("UserPromptSubmit")
hookpath.leave()
