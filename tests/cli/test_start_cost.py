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
HEAVY = {"httpcore2", "lxml", "prometheus_client", "rich", "sqlalchemy", "structlog"}


def imported(modules: str) -> set[str]:
    """The top packages that a fresh process has loaded after importing these modules."""
    script = f"import sys, {modules}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_help_needs_no_heavy_library() -> None:
    """The commands themselves load neither the database, nor the network, nor the logs."""
    loaded = imported("asiaradar_bot.cli.main")
    assert "typer" in loaded
    assert loaded & (LATER | HEAVY) == set()


def test_what_only_the_web_or_x_needs_is_imported_after_the_ticks_have_begun() -> None:
    """The command, the App and the runner load neither the web's libraries, nor X's, nor those of migrations."""
    loaded = imported("asiaradar_bot.cli.main, asiaradar_bot.bootstrap, asiaradar_bot.runner.service")
    assert "sqlalchemy" in loaded
    assert loaded & LATER == set()
