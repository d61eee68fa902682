"""The background mover that post-commit and commands start: brings kept contents into git. Not a hook of any client."""

import sys

from pucs import hookpath

hookpath.use()

from pucs.client.moving import move_in_background  # noqa: E402 - found faster after the line above
from pucs.git.locate import Tree  # noqa: E402

move_in_background(Tree(*sys.argv[3:7]))
