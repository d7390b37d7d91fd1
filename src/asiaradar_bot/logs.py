"""Logs: readable on a terminal, JSON elsewhere; secrets are taken out before anything else happens."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def _without_rich() -> Iterator[None]:
    """
    Structlog looks for rich when it is imported, to print tracebacks that we print plainly: 3 MB for nothing.
    """
    hidden = "rich" not in sys.modules
    if hidden:
        sys.modules["rich"] = None  # type: ignore[assignment]  # how Python is told that there is none
    try:
        yield
    finally:
        if hidden:
            del sys.modules["rich"]


with _without_rich():
    import structlog

_SECRET_NAMES = re.compile(r"secret|token|password|authorization|api_key|consumer_key|cookie|signature", re.IGNORECASE)
_SECRET_SHAPES = re.compile(
    r"(?i:bearer)\s+[A-Za-z0-9%._~+/=-]{8,}|whsec_[A-Za-z0-9+/=]+|oauth_(?:signature|token|nonce)=\"[^\"]+\""
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_HIDDEN = "[hidden]"
_CAPPED = {
    "tweepy": logging.INFO,
    "requests_oauthlib": logging.INFO,
    "oauthlib": logging.INFO,
    "httpcore2": logging.INFO,
    "httpx2": logging.INFO,
    "urllib3": logging.INFO,
    "apscheduler": logging.ERROR,
    "procrastinate": logging.ERROR,
}
"""Libraries whose lower levels print secrets, or a line for every tick."""


class Redaction:
    """
    The first processor: hides values by the name of their key and by what they look like.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)  # noqa: PLR2004 - shorter ones would hide words

    def __call__(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """
        The event without secrets.
        """
        del logger, name
        for key in list(event):
            event[key] = self.clean(event[key], key=key)
        return event

    def clean(self, value: Any, *, key: str = "") -> Any:
        """
        The value without secrets, nested values included.
        """
        if isinstance(value, str):
            if key and _SECRET_NAMES.search(key):
                return _HIDDEN
            return self.clean_text(value)
        if isinstance(value, Mapping):
            return {name: self.clean(inner, key=str(name)) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(inner) for inner in value]
        return value

    def clean_text(self, text: str) -> str:
        """
        The text without registered secrets and without what looks like one.
        """
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _SECRET_SHAPES.sub(_HIDDEN, text)


def configure_logs(*, json: bool | None, level: str, secrets: Iterable[str]) -> None:
    """
    Send everything, the libraries' own logs included, to stderr; `json` None decides by whether it is a terminal.
    """
    redaction = Redaction(secrets)
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redaction,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redaction,
            renderer,
        ],
        foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, lowest in _CAPPED.items():
        logging.getLogger(name).setLevel(lowest)
    structlog.configure(
        processors=[
            redaction,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> Any:
    """
    A structlog logger of that name.
    """
    return structlog.stdlib.get_logger(name)
