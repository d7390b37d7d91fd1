"""A private PostgreSQL from Debian's packages, on loopback, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Self


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


class PrivatePostgres:
    """Use it as a context manager; it can be cut off and started again on the same files."""

    def __init__(self, *options: str) -> None:
        self._folder = tempfile.TemporaryDirectory(dir="/tmp", prefix="asiaradar-pg-")  # its socket path must be short
        Path(self._folder.name).chmod(0o777)  # the server runs as another user
        self._who = _unprivileged()
        self._data = f"{self._folder.name}/data"
        self._options = [
            word for option in ("fsync=off", "listen_addresses=127.0.0.1", *options) for word in ("-c", option)
        ]
        self._server: subprocess.Popen[bytes] | None = None
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

    def new_database(self) -> str:
        """The address of a fresh database."""
        import psycopg

        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="bot", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://bot@127.0.0.1:{self.port}/{name}"

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
