"""What the tests of steps share: a store on SQLite alone, a clock, and a site that shows what a test puts there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock
from tests.fakes.site import FakeSite
from tests.ready import ready_file

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[SqlStore]:
    """A migrated store; what differs between databases is held by tests/contracts/test_store.py."""
    made = SqlStore(ready_file(tmp_path), account="AsiaRadar", backups=tmp_path / "backups")
    yield made
    made.close()


@pytest.fixture
def clock() -> FakeClock:
    """Stands still until the test moves it."""
    return FakeClock()


@pytest.fixture
def site() -> FakeSite:
    """Nothing is there yet."""
    return FakeSite()


@pytest.fixture(scope="session")
def renderer() -> Iterator[SandboxedRenderer]:
    """The templates that ship."""
    made = SandboxedRenderer(ROOT / "templates")
    yield made
    made.close()
