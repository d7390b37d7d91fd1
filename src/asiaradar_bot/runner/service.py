"""The process: ticks and web server until a signal, then a clean stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable

from asiaradar_bot.bootstrap import App
from asiaradar_bot.logs import get_logger
from asiaradar_bot.model.errors import ListenError, SettingsError
from asiaradar_bot.runner.engines import EmbeddedEngine, Engine
from asiaradar_bot.runner.loop import Runner

_log = get_logger("asiaradar.service")
WebBuilder = Callable[[App, Callable[[str], None]], object]


def serve(app: App, *, build_web: WebBuilder | None, runner: bool) -> int:
    """
    Run until SIGTERM or SIGINT; the exit code.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    turning = Runner(app, engine=_engine(app))
    server = WebThread(app, build_web(app, turning.wake)) if build_web is not None else None
    if runner:
        turning.start()
    try:
        if server is not None:
            server.start()
        _log.info(
            "running", mode=app.settings.x.mode.value, web=server.url if server else None, local_x=app.local_x_url
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


class WebThread:
    """
    Uvicorn in a thread of its own, so that signals stay with the main thread.
    """

    def __init__(self, app: App, web: object) -> None:
        import uvicorn

        self._stopping = app.stopping
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
        config = uvicorn.Config(
            web,  # type: ignore[arg-type]  # an ASGI app
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            forwarded_allow_ips=list(app.settings.web.trusted_proxies),
            timeout_graceful_shutdown=3,  # pages that listen for news never end by themselves
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[self._socket])), daemon=True
        )

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
        self._stopping.clear()
        self._thread.start()

    def stop(self) -> None:
        """
        Finish open requests and end.
        """
        self._stopping.set()
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
