"""
Runs the PHP of docs/push.md with this machine's PHP against a running bot, and prints what the CMS sees of each case.

Run: python -m scripts.try_push (needs php-cli, php-curl, php-sqlite3). No test does it, since PHP costs CI more than it
may take; tests/web/test_push.py holds the page's way of signing against the bot instead.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from asiaradar_bot.sandbox.site import SampleSite

PAGE = Path(__file__).parent.parent / "docs" / "push.md"
SECRET = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"  # noqa: S105 - of this run only
OTHER_SECRET = "whsec_QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC"  # noqa: S105
PUSHED = "bandung-street-orchestra-returns"
SCHEDULED = "hong-kong-harbour-electric-ferries"
APPROVED = "ulaanbaatar-opens-winter-bike-path"


def php_of(page: str) -> tuple[str, str]:
    """
    The function and the cron job that the page shows.
    """
    function, cron = re.findall(r"^```php\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return function, cron


class Cms:
    """
    A folder with the page's two files and a database with the columns that they read.
    """

    def __init__(self, folder: Path, *, bot: str) -> None:
        self._folder = folder
        self._bot = bot
        folder.mkdir()
        function, cron = php_of(PAGE.read_text(encoding="utf-8"))
        (folder / "asiaradar_push.php").write_text(function, encoding="utf-8")
        (folder / "slow_clock.php").write_text(function.replace("time()", "(time() - 600)"), encoding="utf-8")
        (folder / "cron.php").write_text(cron, encoding="utf-8")
        self.query(
            "CREATE TABLE posts (id INTEGER, slug TEXT, status INT, visibility INT, lang_id INT, is_scheduled INT)"
        )
        self.query("CREATE TABLE languages (id INTEGER, short_form TEXT)")
        self.query("INSERT INTO languages VALUES (1, 'en'), (2, 'zh')")

    def query(self, statement: str, *values: object) -> None:
        """One statement, kept."""
        with closing(sqlite3.connect(self._folder / "cms.db")) as connection, connection:
            connection.execute(statement, values)

    def push(
        self,
        slug: str,
        *,
        secret: str = SECRET,
        bot: str | None = None,
        file: str = "asiaradar_push.php",
        site: str = "https://radar.asia",
    ) -> str:
        """What the function answers, what it leaves in PHP's error log, and how long it took."""
        code = f'require "{file}"; var_export(asiaradar_push($argv[1], $argv[2], $argv[3]));'
        return self._php("-r", code, "--", f"{site}/{slug}", secret, bot or self._bot)

    def cron(self, *, bot: str | None = None) -> str:
        """The same of one run of the cron job."""
        return self._php("cron.php", PUSH_BOT=bot or self._bot)

    def _php(self, *arguments: str, **environment: str) -> str:
        given = {
            "PUSH_DSN": f"sqlite:{self._folder}/cms.db",
            "PUSH_SECRET": SECRET,
            "PUSH_STATE": str(self._folder / "visible.json"),
        }
        began = time.perf_counter()
        done = subprocess.run(
            ["php", "-d", "error_log=", "-d", "display_errors=stderr", *arguments],
            cwd=self._folder,
            env={**os.environ, **given, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        said = " ".join(f"{done.stdout} {done.stderr}".split()) or "nothing"
        return f"{said} (exit code {done.returncode}, {time.perf_counter() - began:.2f} s)"


def start_bot(folder: Path, site: SampleSite) -> tuple[subprocess.Popen[bytes], str]:
    """
    The program itself as a process, and its address.
    """
    (folder / "asiaradar.toml").write_text(
        f"""environment = "try-push"
storage = {{ url = "sqlite:///{folder}/bot.db", folder = "{folder}" }}
x = {{ mode = "sandbox" }}
fetch = {{ allowed_hosts = ["radar.asia"], stand_in = "{site.base_url}" }}
publishing = {{ pictures = false }}
web = {{ port = 8437, hook_secret = "{SECRET}" }}
[[sources]]
name = "home"
kind = "listing"
url = "https://radar.asia/"
poll_seconds = 3600
""",
        encoding="utf-8",
    )
    with (folder / "bot.log").open("wb") as log:
        bot = subprocess.Popen(
            [sys.executable, "-m", "asiaradar_bot", "run"],
            env={**os.environ, "ASIARADAR_CONFIG": str(folder / "asiaradar.toml")},
            stderr=log,
        )
    return bot, "http://127.0.0.1:8437"


def wait_for(condition: Callable[[], bool]) -> float:
    """
    Seconds until it holds; ends the program after 30.
    """
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > 30:  # noqa: PLR2004
            raise SystemExit("the bot did not do it in 30 seconds")
        time.sleep(0.01)
    return time.perf_counter() - began


def is_alive(address: str) -> bool:
    """Whether the bot answers."""
    try:
        with urllib.request.urlopen(f"{address}/livez", timeout=1) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)  # noqa: PLR2004
    except OSError:
        return False


def published(folder: Path) -> int:
    """How many posts the bot has on record as published."""
    with closing(sqlite3.connect(f"file:{folder}/bot.db?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM posts WHERE state = 'published'").fetchone()[0])


def by_hand(cms: Cms, site: SampleSite, folder: Path) -> None:
    """The function, as the CMS would call it."""
    site.publish(PUSHED)
    print(f"pushed:              {cms.push(PUSHED)}")
    print(f"  on X after         {wait_for(lambda: published(folder) == 1):.2f} s")
    print(f"another secret:      {cms.push(PUSHED, secret=OTHER_SECRET)}")
    print(f"a clock 10 min slow: {cms.push(PUSHED, file='slow_clock.php')}")
    print(f"another site:        {cms.push('a', site='https://evil.example')}")
    print(f"bot down:            {cms.push(PUSHED, bot='http://127.0.0.1:9')}")


def by_cron(cms: Cms, site: SampleSite, folder: Path) -> None:
    """The cron job, minute by minute: a scheduled Chinese article, and one that is approved after a newer one."""
    cms.query("INSERT INTO posts VALUES (1, ?, 1, 1, 1, 0)", PUSHED)
    cms.query("INSERT INTO posts VALUES (2, ?, 1, 0, 1, 0)", APPROVED)
    cms.query("INSERT INTO posts VALUES (3, ?, 1, 1, 2, 1)", SCHEDULED)
    print(f"cron, first run:     {cms.cron()}")
    site.publish(SCHEDULED)
    cms.query("UPDATE posts SET is_scheduled = 0 WHERE id = 3")
    print(f"cron, bot down:      {cms.cron(bot='http://127.0.0.1:9')}")
    print(f"cron, bot back:      {cms.cron()}")
    print(f"  on X after         {wait_for(lambda: published(folder) == 2):.2f} s")  # noqa: PLR2004
    cms.query("UPDATE posts SET visibility = 1 WHERE id = 2")
    print(f"cron, too early:     {cms.cron()}")
    time.sleep(2)
    site.publish(APPROVED)
    print(f"  on X after         {wait_for(lambda: published(folder) == 3):.2f} s (its page came 2 s after its push)")  # noqa: PLR2004
    print(f"cron, nothing new:   {cms.cron()}")


def main() -> int:
    """0, or 2 where PHP is missing."""
    if shutil.which("php") is None:
        print("PHP is missing: apt-get install php-cli php-curl php-sqlite3", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name, SampleSite(now=lambda: datetime.now(UTC)) as site:
        folder = Path(name)
        bot, address = start_bot(folder, site)
        try:
            wait_for(lambda: bool(site.requests) and is_alive(address))
            cms = Cms(folder / "cms", bot=address)
            by_hand(cms, site, folder)
            by_cron(cms, site, folder)
        finally:
            bot.terminate()
            bot.wait()
        print("the bot's log:")
        print("\n".join(line for line in (folder / "bot.log").read_text().splitlines() if "push" in line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
