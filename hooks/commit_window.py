"""The holder of a commit window: run by our lines in a git hook as `commit_window.py SCRIPT arguments`."""

import sys

from pucs import hookpath

hookpath.use()

from pucs.hosts.commit_window import main  # noqa: E402 - found faster after the line above

sys.exit(main(sys.argv[3], sys.argv[4:]))
