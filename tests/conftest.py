"""Databases for the tests: SQLite files, and a private PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore
from tests.postgres import PrivatePostgres

# The same examples on every run, so that a red run is red for everybody; `make deep` searches on, with new ones.
settings.register_profile("ci", derandomize=True, database=None, deadline=None, max_examples=60)
settings.register_profile(
    "deep", database=None, deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL for as long as the tests run."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PrivatePostgres) -> str:
    """A fresh database."""
    return postgres.new_database()


@pytest.fixture
def database_folder(tmp_path: Path) -> Path:
    """Where SQLite files are made."""
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, database_folder: Path) -> Iterator[SqlStore]:
    """A migrated store, on each database in turn; the test's clock rules its leases."""
    on_file = request.param == "sqlite"
    url = f"sqlite:///{database_folder}/bot.db" if on_file else str(request.getfixturevalue("postgres_url"))
    made = SqlStore(url, account="AsiaRadar", backups=tmp_path / "backups", server_time=False)
    schema.migrate(made, "head")
    yield made
    made.close()
