"""Writes tests/e2e/golden.json anew from what the bot does now; read the difference before committing it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Play the scenario and keep the articles' ends, category pages left out."""
    from tests.e2e.bot import GOLDEN, ends, play, running

    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), pictures=False, per_hour=100, per_day=1000) as (app, site),
    ):
        play(app, site)
        found = ends(app)
    left_out = {"not_an_article", "gone"}
    kept = {path: end for path, end in sorted(found.items()) if end.get("reason") not in left_out}
    GOLDEN.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
