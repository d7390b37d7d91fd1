"""The sample site as a process of its own: `python -m asiaradar_bot.sandbox.site`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from asiaradar_bot.sandbox.site.habits import SiteHabits
from asiaradar_bot.sandbox.site.local import SampleSite
from asiaradar_bot.sandbox.site.rendering import MANNERS
from asiaradar_bot.sandbox.site.scenario import Scenario


def main(arguments: list[str] | None = None) -> int:
    """
    The exit code, after SIGTERM or SIGINT: 0; 1 if the port can't be had, 2 if the push can't be signed.
    """
    wanted = _parser().parse_args(arguments)
    try:
        site = SampleSite(
            now=lambda: datetime.now(UTC),
            manner=wanted.manner,
            start_with=wanted.start_with,
            port=wanted.port,
            public_base=wanted.public_base,
            habits=SiteHabits(
                feeds=not wanted.no_feeds,
                full_text=wanted.full_text,
                imported_links=wanted.imported_links,
                validators=wanted.validators,
                hub_url=wanted.hub_url,
            ),
        )
    except OSError as error:
        sys.stderr.write(f"port {wanted.port} can't be had ({error.strerror}); choose another with --port\n")
        return 1
    stopping = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    with site:
        try:
            scenario = Scenario(
                site, pace_seconds=wanted.pace_seconds, push_url=wanted.push_url, push_secret=wanted.push_secret
            )
        except ValueError as error:
            sys.stderr.write(f"the push can't be signed: {error}\n")
            return 2
        _announce(site, wanted.port_file)
        _live(scenario, stopping, pace_seconds=wanted.pace_seconds)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m asiaradar_bot.sandbox.site", description="A local news site.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--pace-seconds", type=float, default=5.0, help="between two steps; 0: nothing ever happens")
    parser.add_argument("--manner", choices=MANNERS, default="2.4", help="the version of the CMS")
    parser.add_argument("--start-with", type=int, default=0, metavar="K", help="articles that are there at once")
    parser.add_argument("--public-base", metavar="URL", help="what it prints in its addresses (https://host)")
    parser.add_argument("--no-feeds", action="store_true", help="every feed of the CMS answers 404")
    parser.add_argument("--full-text", action="store_true", help="feeds carry whole articles")
    parser.add_argument("--imported-links", action="store_true", help="imported articles link to where they came from")
    parser.add_argument("--validators", action="store_true", help="ETag, Last-Modified and 304, as from a proxy")
    parser.add_argument("--hub-url", metavar="URL", help="the WebSub hub that feeds name")
    parser.add_argument("--push-url", help="where to tell each publication")
    parser.add_argument("--push-secret", help="what to sign it with (whsec_...); a secret of the sandbox only")
    return parser


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _announce(site: SampleSite, port_file: Path | None) -> None:
    _say(f"sample site on {site.base_url}")
    if port_file is not None:
        # Whoever waits for the file never sees half of it.
        draft = port_file.with_name(f"{port_file.name}.draft")
        draft.write_text(site.base_url.rpartition(":")[2], encoding="ascii")
        draft.replace(port_file)


def _live(scenario: Scenario, stopping: threading.Event, *, pace_seconds: float) -> None:
    if pace_seconds > 0:
        scenario.run(stopping, tell=_say)
    stopping.wait()


if __name__ == "__main__":
    sys.exit(main())
