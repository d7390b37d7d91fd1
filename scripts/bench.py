"""Runs every benchmark one after the other, so that they do not disturb each other, and prints what they print."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    """
    The number of benchmarks that failed or missed their bar.
    """
    failed = 0
    for script in sorted((ROOT / "benchmarks").glob("*.py")):
        if "__main__" not in script.read_text(encoding="utf-8"):
            continue
        print(f"\n== {script.stem}", flush=True)
        failed += subprocess.run([sys.executable, str(script)], cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
