"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from asiaradar_bot.storage import schema
from scripts.generate_states import FILE, page

ROOT = Path(__file__).parent.parent.parent


def test_the_state_page_is_fresh() -> None:
    """docs/states.md is what the state tables print."""
    assert FILE.read_text(encoding="utf-8") == page()


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link in README and docs names a file that exists."""
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} -> {target}"


def test_every_alarm_has_its_line_in_the_runbook() -> None:
    """Each alert kind that the code raises stands in docs/runbook.md."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    for file in (ROOT / "src").rglob("*.py"):
        for kind in re.findall(r'raise_alert\(\s*"(\w+)"', file.read_text(encoding="utf-8")):
            assert f"`{kind}`" in runbook, f"{kind} of {file.name}"


def test_the_schema_head_is_the_newest_migration() -> None:
    """storage.schema.HEAD equals the newest revision file."""
    files = (ROOT / "src/asiaradar_bot/storage/migrations/versions").glob("[0-9]*.py")
    assert max(file.name[:4] for file in files) == schema.HEAD
