"""Runs every benchmark one after the other, so that they do not disturb each other; then one table of all figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import VARIABLE, Figure, table

ROOT = Path(__file__).parent.parent


def main() -> int:
    """
    The number of benchmarks that failed or missed their bar. Names of benchmarks as arguments run only those.
    """
    asked, failed = set(sys.argv[1:]), []
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        figures.touch()
        environment = {**os.environ, VARIABLE: str(figures)}
        for script in sorted((ROOT / "benchmarks").glob("*.py")):
            if "__main__" not in script.read_text(encoding="utf-8") or (asked and script.stem not in asked):
                continue
            print(f"\n== {script.stem}", flush=True)
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{script.stem}"], cwd=ROOT, env=environment, check=False
            )
            if done.returncode != 0:
                failed.append(script.stem)
        lines = figures.read_text(encoding="utf-8").splitlines()
    print("\n" + table(Figure(**json.loads(line)) for line in lines))
    if failed:
        print(f"\nfailed, or missed a bar: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
