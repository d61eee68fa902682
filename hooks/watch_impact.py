"""The background watcher that the publisher starts: whom changes of source files break. Not a hook of any client."""

import sys

from pucs import hookpath

hookpath.use()

from pucs.client.watching import watch_in_background  # noqa: E402 - found faster after the line above
from pucs.git.locate import Tree  # noqa: E402

watch_in_background(Tree(*sys.argv[3:7]))
