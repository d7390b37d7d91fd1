"""The process: ticks and web server until a signal, then a clean stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from asiaradar_bot.bootstrap import App
from asiaradar_bot.checkup import which_settings
from asiaradar_bot.logs import get_logger
from asiaradar_bot.model.errors import ListenError, SettingsError
from asiaradar_bot.runner.engines import EmbeddedEngine, Engine
from asiaradar_bot.runner.heap import share_one_heap
from asiaradar_bot.runner.loop import Runner

if TYPE_CHECKING:
    import uvicorn

_log = get_logger("asiaradar.service")
WebBuilder = Callable[[App, Callable[[str], None]], object]


def serve(app: App, *, build_web: WebBuilder | None, runner: bool) -> int:
    """
    Run until SIGTERM or SIGINT; the exit code.
    """
    share_one_heap()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    turning = Runner(app, engine=_engine(app))
    server = WebThread(app, partial(build_web, app, turning.wake)) if build_web is not None else None
    if runner:
        turning.start()
    try:
        if server is not None:
            server.start()
        _log.info(
            "running",
            mode=app.settings.x.mode.value,
            settings=which_settings(app.settings),
            web=server.url if server else None,
            local_x=app.local_x_url,
        )
        _tell_systemd("READY=1")
        while not stopping.wait(1.0):
            if not runner or turning.heartbeat.is_alive():
                _tell_systemd("WATCHDOG=1")
    finally:
        _tell_systemd("STOPPING=1")
        if runner:
            turning.stop()
        if server is not None:
            server.stop()
        _log.info("stopped")
    return 0


def _engine(app: App) -> Engine:
    if app.settings.runner.engine == "embedded":
        return EmbeddedEngine()
    try:
        from asiaradar_bot.runner.shared_engine import SharedEngine
    except ImportError as error:
        raise SettingsError(
            "runner.engine = procrastinate needs the extra `ha`: install asiaradar_bot[ha], or set it to embedded"
        ) from error
    return SharedEngine(app.settings.storage.url, account=app.settings.x.handle)


_BACKLOG = 64
"""As many are accepted at once, before any of them can be ended."""


class WebThread:
    """
    Uvicorn in a thread of its own, so that signals stay with the main thread.

    The address is taken at once, so that a taken one is told before anything ticks; what answers there is built by
    `start`, beside the first polls, which need none of the web's libraries.
    """

    def __init__(self, app: App, build: Callable[[], object]) -> None:
        self._app = app
        self._build = build
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        host, port = app.settings.web.host, app.settings.web.port
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise ListenError(
                f"the web server can't listen on {host}:{port} ({error.strerror}): see that no other program (or bot) "
                "does, or set web.host and web.port"
            ) from error
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """
        Where it listens.
        """
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    def start(self) -> None:
        """
        Listen from now on.
        """
        import uvicorn

        from asiaradar_bot.runner.connections import BoundedConnection

        config = uvicorn.Config(
            self._build(),  # type: ignore[arg-type]  # an ASGI app
            http=BoundedConnection,
            backlog=_BACKLOG,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            forwarded_allow_ips=list(self._app.settings.web.trusted_proxies),
            timeout_graceful_shutdown=3,  # pages that listen for news never end by themselves
        )
        server = uvicorn.Server(config)
        self._server = server
        self._app.stopping.clear()
        self._socket.listen(_BACKLOG)  # whoever comes before the thread is up waits, and is not refused
        self._thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[self._socket])), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """
        Finish open requests and end.
        """
        self._app.stopping.set()
        if self._server is None or self._thread is None:  # what answers could not be built
            self._socket.close()
            return
        self._server.should_exit = True
        self._thread.join(timeout=10)


def _tell_systemd(state: str) -> None:
    """
    One message to systemd's notify socket, if there is one. Source: sd_notify(3).
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(state.encode(), address.replace("@", "\0", 1))
