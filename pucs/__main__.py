"""`python -m pucs` is the `pucs` command."""

import sys

from pucs.cli import main

if __name__ == "__main__":
    sys.exit(main())
