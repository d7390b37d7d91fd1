"""Fails when the branch coverage of a core folder is under its bar; prints each folder's figure."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

BARS_PERCENT = {"model": 95.0, "rules": 95.0, "steps": 95.0, "storage": 95.0, "adapters": 95.0}
"""The least that issue and design ask for."""
FOLDERS = tuple(BARS_PERCENT)
ROOT = Path(__file__).parent.parent


def main() -> int:
    """
    0 if every folder reaches the bar, 1 if one does not.
    """
    subprocess.run([sys.executable, "-m", "coverage", "combine", "-q"], cwd=ROOT, check=False, capture_output=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], cwd=ROOT, check=True)
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    covered: dict[str, int] = defaultdict(int)
    wanted: dict[str, int] = defaultdict(int)
    for name, data in files.items():
        folder_name = next((part for part in Path(name).parts[:-1] if part in FOLDERS), "")
        if folder_name in FOLDERS:
            summary = data["summary"]
            covered[folder_name] += summary["covered_lines"] + summary["covered_branches"]
            wanted[folder_name] += summary["num_statements"] + summary["num_branches"]
    low = False
    for name in FOLDERS:
        percent = 100 * covered[name] / max(wanted[name], 1)
        low = low or percent < BARS_PERCENT[name]
        print(f"coverage {name:<9} {percent:6.2f} %  (bar {BARS_PERCENT[name]:g} %)")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
