"""The local X as a process of its own: `python -m asiaradar_bot.sandbox.x`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from asiaradar_bot.sandbox.x.account import Behaviour
from asiaradar_bot.sandbox.x.limits import LIMITS
from asiaradar_bot.sandbox.x.local import LocalX


def main(arguments: list[str] | None = None) -> int:
    """
    The exit code, after SIGTERM or SIGINT: 0, or 1 if the port or the state file cannot be had.
    """
    wanted = _parser().parse_args(arguments)
    behaviour = Behaviour(premium=wanted.premium, seed=wanted.seed)
    try:
        x = LocalX(port=wanted.port, behaviour=behaviour, limits=dict(wanted.limit), state_file=wanted.state)
    except OSError as error:
        sys.stderr.write(f"port {wanted.port} cannot be had ({error.strerror}); choose another with --port\n")
        return 1
    stopping = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    with x:
        _announce(x, wanted)
        stopping.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m asiaradar_bot.sandbox.x", description="A local X on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port of the API and the page; 0: any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--control-port-file", type=Path, help="where to write the port that no fault touches")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps posts, media and invoice")
    parser.add_argument("--premium", action="store_true", help="the account is Premium: long posts and edits")
    parser.add_argument("--seed", type=int, default=1, help="seed of the engagement curves")
    parser.add_argument(
        "--limit",
        type=_limit,
        action="append",
        default=[],
        metavar="ENDPOINT=REQUESTS",
        help='another rate limit, such as "POST /2/tweets=10000"; may be given again',
    )
    return parser


def _limit(text: str) -> tuple[str, int]:
    name, _, requests = text.rpartition("=")
    if name not in LIMITS or not requests.isdigit():
        message = f"{text!r} is no limit; write one of {', '.join(LIMITS)}, then = and a number"
        raise argparse.ArgumentTypeError(message)
    return name, int(requests)


def _announce(x: LocalX, wanted: argparse.Namespace) -> None:
    sys.stdout.write(f"local X on {x.base_url}\n")
    sys.stdout.flush()
    for path, url in ((wanted.control_port_file, x.control_url), (wanted.port_file, x.base_url)):
        if path is not None:
            _write(path, url.rpartition(":")[2])


def _write(path: Path, text: str) -> None:
    """
    Whoever waits for the file never sees half of it.
    """
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="ascii")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
