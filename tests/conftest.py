"""Databases for the tests: SQLite files, and a private PostgreSQL that the tests start from Debian's packages."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore

# The same examples on every run, so that a red run is red for everybody; `make deep` searches on, with new ones.
settings.register_profile("ci", derandomize=True, database=None, deadline=None, max_examples=60)
settings.register_profile(
    "deep", database=None, deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")


def _bin() -> Path:
    named = os.environ.get("ASIARADAR_PG_BIN")
    found = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert found, "PostgreSQL is missing: run scripts/setup.sh test"
    return found[-1]


def _unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    return {"user": "postgres" if "postgres" in names else "nobody", "extra_groups": []}


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """A PostgreSQL on loopback, in a folder of its own, for as long as the tests run."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="asiaradar-pg-") as folder:  # its socket path must be short
        Path(folder).chmod(0o777)  # the server runs as another user
        who = _unprivileged()
        data = f"{folder}/data"
        init = [str(_bin() / "initdb"), "-D", data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(init, check=True, capture_output=True, cwd="/", **who)  # type: ignore[call-overload]  # user and groups
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        command = [str(_bin() / "postgres"), "-D", data, "-p", str(port), "-k", folder, "-c", "fsync=off"]
        server = subprocess.Popen(  # type: ignore[call-overload]  # user and groups
            [*command, "-c", "listen_addresses=127.0.0.1"],
            cwd="/",
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **who,
        )
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(port: int) -> None:
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="bot", dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def postgres_url(postgres_port: int) -> str:
    """A fresh database."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(
        host="127.0.0.1", port=postgres_port, user="bot", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql+psycopg://bot@127.0.0.1:{postgres_port}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """A migrated store, on each database in turn; the test's clock rules its leases."""
    on_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/bot.db" if on_file else str(request.getfixturevalue("postgres_url"))
    made = SqlStore(url, account="AsiaRadar", backups=tmp_path / "backups", server_time=False)
    schema.migrate(made, "head")
    yield made
    made.close()
