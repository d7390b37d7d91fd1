"""`python -m asiaradar_bot` is the command `asiaradar`."""

import sys

from asiaradar_bot.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
