"""`python -m deskphone`: the command `deskphone`."""

import sys

from deskphone.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
