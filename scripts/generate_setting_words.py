"""Prints what docs/settings.md says of each setting into the package, for the Settings page of the Desk."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE = ROOT / "src" / "asiaradar_bot" / "web" / "setting_words.txt"


def words() -> str:
    """
    A line for each setting: its key, a tab, its words without markup.
    """
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").partition("## Policy")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \| (.*) \|$", text, re.MULTILINE)
    return "".join(f"{key}\t{_plain(said)}\n" for key, said in rows if not key.startswith("sources."))


def _plain(text: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text).replace("`", "").replace("\\|", "|").strip()


if __name__ == "__main__":
    FILE.write_text(words(), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)}: {words().count(chr(10))} settings")
