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


def imported(modules: str, *, whole_names: bool = False) -> set[str]:
    """The top packages, or all modules, that a fresh process has loaded after importing these modules."""
    script = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name if whole_names else name.partition(".")[0] for name in done.stdout.split()}


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


def test_a_running_service_holds_no_library_that_it_may_never_need() -> None:
    """Nor what migrates, colours or edits: with web and ticks loaded, each would stay in memory for good."""
    loaded = imported("asiaradar_bot.cli.main, asiaradar_bot.runner.service, asiaradar_bot.web.app", whole_names=True)
    assert "sqlalchemy.dialects.sqlite" in loaded
    rare = {"alembic", "asiaradar_bot.web.api.app", "pygments", "rich", "segno", "sqlalchemy.dialects.postgresql"}
    assert loaded & (rare | {"tomlkit"}) == set()
