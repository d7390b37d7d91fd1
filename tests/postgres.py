"""A private PostgreSQL from Debian's packages, on loopback, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tests.ready import migrate_new

ROOM_BYTES = 2_000_000_000
"""Several servers stand there at once, each with a few databases."""


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


def _roomy_folder() -> str:
    """In memory, where there is room: copying a database takes a tenth of the time. Its socket's path must be short."""
    memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES
    return memory if roomy else "/tmp"  # noqa: S108


def _name(url: str) -> str:
    return url.rsplit("/", 1)[1]


class PrivatePostgres:
    """Use it as a context manager; it can be cut off and started again on the same files."""

    def __init__(self, *options: str) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=_roomy_folder(), prefix="asiaradar-pg-")
        Path(self._folder.name).chmod(0o777)  # the server runs as another user
        self._who = _unprivileged()
        self._data = f"{self._folder.name}/data"
        self._options = [
            word for option in ("fsync=off", "listen_addresses=127.0.0.1", *options) for word in ("-c", option)
        ]
        self._server: subprocess.Popen[bytes] | None = None
        self._ready: str | None = None
        init = [str(_bin() / "initdb"), "-D", self._data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(init, check=True, capture_output=True, cwd="/", **self._who)  # type: ignore[call-overload]  # user and groups
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_off()
        self._folder.cleanup()

    def start(self) -> None:
        """Come up, recovering whatever the files hold."""
        command = [str(_bin() / "postgres"), "-D", self._data, "-p", str(self.port), "-k", self._folder.name]
        self._server = subprocess.Popen(  # type: ignore[call-overload]  # user and groups
            [*command, *self._options],
            cwd="/",
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **self._who,
        )
        self._wait()

    def cut_off(self) -> None:
        """Gone at once, without a checkpoint: what was not written by then is lost."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)  # «immediate shutdown»: its children are killed with it
            self._server.wait(timeout=20)
            self._server = None

    def new_database(self, *, like: str = "template1") -> str:
        """The address of a fresh database, a copy of another one."""
        name = f"t{uuid.uuid4().hex}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {like}")
        return f"postgresql+psycopg://bot@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def fresh_database(self, *, ready: bool = False) -> Iterator[str]:
        """A database for a while, empty or at the newest schema; it goes again, so that thousands fit on the disk."""
        url = self.new_database(like=self._ready_one() if ready else "template1")
        yield url
        self._order(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def _ready_one(self) -> str:
        """The database that was migrated once, as a template for others."""
        if self._ready is None:
            url = self.new_database()
            migrate_new(url)
            self._ready = _name(url)
        return self._ready

    def _order(self, command: str) -> None:
        import psycopg

        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="bot", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(command.encode())

    def _wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(
                    host="127.0.0.1", port=self.port, user="bot", dbname="postgres", connect_timeout=2
                ).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "PostgreSQL did not start"
                time.sleep(0.1)
            else:
                return
