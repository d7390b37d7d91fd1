"""In which database a command acts, and that it says so: never on a stray one, never without a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot.cli.main import main
from asiaradar_bot.model.account import STALE
from asiaradar_bot.settings import CREDENTIALS
from asiaradar_bot.storage.store import SqlStore
from tests.ready import bot_ran, ready_file


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of which nobody has heard, and no settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ASIARADAR_CONFIG", raising=False)
    monkeypatch.setenv("ASIARADAR_X__MODE", "dry-run")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What stands on standard error."""
    assert main(list(arguments)) == code
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ("stop",),
        ("resume",),
        ("posts", "add", "Ferries run"),
        ("posts", "hold", "1"),
        ("posts", "correct", "1", "--dismiss"),
        ("db", "backup"),
    ],
)
def test_in_the_wrong_folder_nothing_is_done_and_nothing_made(
    capsys: pytest.CaptureFixture[str], folder: Path, command: tuple[str, ...]
) -> None:
    """The sentence names the place, and the two ways on; no stray database is left."""
    told = said(capsys, *command, code=1)
    assert told.startswith(f"asiaradar: nothing was done: no bot has run on the database {folder}/var/asiaradar.db")
    assert "ASIARADAR_CONFIG=FILE" in told
    assert f"ASIARADAR_STORAGE__URL=sqlite:///{folder}/var/asiaradar.db" in told
    assert not (folder / "var").exists()


def test_a_stray_database_of_another_command_is_no_bots_either(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Reading makes one; a stop on it would stop nobody."""
    assert "looked in the database" in said(capsys, "posts", "list")
    assert (folder / "var" / "asiaradar.db").exists()
    assert "no bot has run on" in said(capsys, "stop", code=1)
    assert "no bot has run yet" in said(capsys, "tick", "decide")


def test_a_stop_before_the_first_start_names_its_database(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way that the refusal shows works, and says what it found."""
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", f"sqlite:///{folder}/bot.db")
    told = said(capsys, "stop", "not yet")
    assert f"works on the database {folder}/bot.db (ASIARADAR_STORAGE__URL), on which no bot has run yet" in told
    assert "stopped: not yet" in _told(capsys, "tick", "publish")


def _told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_people_come_before_the_bot(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The first admin is made on a new database, which is named."""
    told = said(capsys, "users", "add", "mei", "--role", "admin")
    assert f"works on the database {folder}/var/asiaradar.db (built-in settings), on which no bot has run yet" in told


def test_the_folders_own_bot_is_named_and_one_that_sleeps_is_told(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the folder decides the database is named each time; plainly named and alive, nothing is said."""
    now = datetime.now(UTC)
    ready_file(folder)
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", "sqlite:///bot.db")
    bot_ran("sqlite:///bot.db", at=now - STALE - timedelta(days=1))
    told = said(capsys, "stop")
    assert f"asiaradar: works on the database {folder}/bot.db" in told
    assert f"no bot runs on the database {folder}/bot.db" in told
    bot_ran("sqlite:///bot.db", at=now + timedelta(hours=1))  # alive however slow this machine is
    assert "no bot runs" not in said(capsys, "stop")
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", f"sqlite:///{folder}/bot.db")
    assert said(capsys, "stop") == ""


@pytest.mark.parametrize(
    "command",
    [
        ("stop",),
        ("resume",),
        ("posts", "add", "Ferries run"),
        ("posts", "hold", "1"),
        ("costs",),
        ("report",),
        ("users", "list"),
        ("db", "backup"),
        ("tick", "backup"),
        ("rules", "show"),
    ],
)
def test_live_mode_needs_no_credentials_for_what_does_not_ask_x(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    """Whoever must stop the bot at night need not find its keys first."""
    _live(folder, monkeypatch)
    main(["posts", "add", "An earlier post", "--at", "in 2 h"])
    assert "credentials" not in said(capsys, *command)


@pytest.mark.parametrize(
    "command", [("run",), ("costs", "--usage"), *(("tick", step) for step in ("publish", "amend", "reconcile"))]
)
def test_what_asks_x_names_the_missing_credentials(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    """Before anything is done, and with exit code 2; those that are there are not named."""
    _live(folder, monkeypatch)
    monkeypatch.setenv("ASIARADAR_X__CONSUMER_KEY", "k")
    told = said(capsys, *command, code=2)
    assert "x.mode = live needs four credentials, and these are missing: ASIARADAR_X__CONSUMER_SECRET, " in told
    assert "ASIARADAR_X__CONSUMER_KEY" not in told


def test_the_doctor_goes_on_without_credentials(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that does not ask X is looked at; X itself is bad, with what is missing."""
    _live(folder, monkeypatch)
    monkeypatch.setenv("ASIARADAR_SOURCES", '[{"name": "off", "url": "https://elsewhere.example/"}]')
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "BAD  X: settings: x.mode = live needs four credentials" in told
    assert "ok   sealed secrets:" in told


def _live(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live bot's database, and a shell without its credentials."""
    url = ready_file(folder)
    bot_ran(url, at=datetime(2026, 11, 1, tzinfo=UTC))
    store = SqlStore(url, account="AsiaRadar", backups=folder)
    with store.begin() as tx:
        tx.account.set_mark("mode", "live")
    store.close()
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", url)
    monkeypatch.setenv("ASIARADAR_STORAGE__FOLDER", str(folder))
    monkeypatch.setenv("ASIARADAR_X__MODE", "live")
    for name in CREDENTIALS:
        monkeypatch.delenv(f"ASIARADAR_X__{name.upper()}", raising=False)
