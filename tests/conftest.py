"""Databases for the tests: SQLite files, and a private PostgreSQL."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from asiaradar_bot.storage.store import SqlStore
from tests.postgres import PrivatePostgres
from tests.ready import ready_file

# The same examples on every run, so that a red run is red for everybody; `make deep` searches on, with new ones.
settings.register_profile("ci", derandomize=True, database=None, deadline=None, max_examples=60)
settings.register_profile(
    "deep", database=None, deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")
TESTS = Path(__file__).parent


LONG_FIRST = (
    "web/test_browser.py",
    "crash/test_kill.py",
    "web/test_words.py",
    "protocol/test_correcting.py",
    "web/journeys/test_house.py",
    "web/test_security.py",
    "protocol/test_measuring.py",
    "web/test_browser_compose.py",
    "e2e/test_replay.py",
    "web/test_telling.py",
    "protocol/test_crash_table_settling.py",
    "cli/test_commands.py",
    "cli/test_report.py",
)
"""Whose tests take longest: a worker that begins one of them last lets the others wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files are handed out in this order (`--no-loadscope-reorder`)."""
    ranks = {TESTS / name: rank for rank, name in enumerate(LONG_FIRST)}
    assert all(path.exists() for path in ranks), "LONG_FIRST names a file that is gone"
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture(scope="module", autouse=True)
def quick_garbage_collection() -> None:
    """Tests that kill processes collect garbage often: what stood there before is not looked at each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def logs_end_with_the_test() -> Iterator[None]:
    """A command sends the logs to the stderr of its test, which is closed afterwards: nobody else may write there."""
    yield
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if type(handler) is logging.StreamHandler]:
        root.removeHandler(handler)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL for as long as the tests run."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PrivatePostgres) -> Iterator[str]:
    """A fresh database."""
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture
def ready_postgres_url(postgres: PrivatePostgres) -> Iterator[str]:
    """A fresh database that stands at the newest schema."""
    with postgres.fresh_database(ready=True) as url:
        yield url


@pytest.fixture
def database_folder(tmp_path: Path) -> Path:
    """Where SQLite files are made."""
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, database_folder: Path) -> Iterator[SqlStore]:
    """A migrated store, on each database in turn; the test's clock rules its leases."""
    on_file = request.param == "sqlite"
    url = ready_file(database_folder) if on_file else str(request.getfixturevalue("ready_postgres_url"))
    made = SqlStore(url, account="AsiaRadar", backups=tmp_path / "backups", server_time=False)
    yield made
    made.close()
