"""The background publisher that PostToolUse starts: refreshes the files that people read. Not a hook of any client."""

import sys

from pucs import hookpath

hookpath.use()

from pucs.client.publishing import publish_in_background  # noqa: E402 - found faster after the line above
from pucs.git.locate import Tree  # noqa: E402

publish_in_background(Tree(*sys.argv[3:7]))
