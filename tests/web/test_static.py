"""Files that browsers fetch: vendored ones are what they say, and addresses change with content."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from asiaradar_bot.web.frame import STATIC, static_url
from tests.web.desk import browser, desk_app


def test_vendored_files_are_unchanged() -> None:
    """Each file in vendor/ has its line with version, licence and sum, and the sum is true."""
    table = dict(
        re.findall(
            r"^\| (\S+\.(?:js|css)) \|.*\| ([0-9a-f]{64}) \|$", (STATIC / "vendor/README.md").read_text(), re.MULTILINE
        )
    )
    files = {file.name for file in (STATIC / "vendor").iterdir() if file.suffix in {".js", ".css"}}
    assert set(table) == files
    for name, digest in table.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, name


def test_static_files_may_be_kept_and_pages_may_not(tmp_path: Path) -> None:
    """A file asked for by its digest is kept for good; everything else is fetched anew; no page runs foreign code."""
    with desk_app(tmp_path) as app:
        client = browser(app, None)
        assert "immutable" in client.get(static_url("desk.css")).headers["cache-control"]
        page = client.get("/livez")
        assert page.headers["cache-control"] == "no-store"
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
