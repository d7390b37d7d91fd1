"""What a start costs: libraries that nothing needs before the first poll are not even imported."""

from __future__ import annotations

import subprocess
import sys

LATER = {
    "alembic",
    "apprise",
    "dateparser",
    "fastapi",
    "mcp",
    "PIL",
    "requests",
    "tweepy",
    "uvicorn",
    "webauthn",
    "xlsxwriter",
}
SCRIPT = """
import sys
import asiaradar_bot.cli.main, asiaradar_bot.bootstrap, asiaradar_bot.runner.service
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_what_only_the_web_or_x_needs_is_imported_after_the_ticks_have_begun() -> None:
    """The command, the App and the runner load neither the web's libraries, nor X's, nor those of migrations."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "sqlalchemy" in loaded
    assert loaded & LATER == set()
