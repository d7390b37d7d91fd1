"""A child that greets and dies of the first real question, as one that runs out of memory does."""

from __future__ import annotations

import os
import signal
import sys

if __name__ == "__main__":
    sys.stdin.readline()
    sys.stdout.write('{"text": ""}\n')
    sys.stdout.flush()
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGKILL)
