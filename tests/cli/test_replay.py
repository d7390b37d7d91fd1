"""`asiaradar replay` as an operator types it: the table, the lines, the sentences, the exit codes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from asiaradar_bot.cli.main import main
from tests.e2e.bot import go_round, running


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database of a bot that decided a few articles."""
    folder = tmp_path_factory.mktemp("decided")
    with running(folder, pictures=False, per_hour=100) as (app, site):
        for _ in range(4):
            site.publish_next()
            go_round(app, 1)
    return (folder / "bot.db").read_bytes()


@pytest.fixture
def folder(decided: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with such a database, and the settings for it."""
    (tmp_path / "bot.db").write_bytes(decided)
    file = tmp_path / "asiaradar.toml"
    file.write_text(
        f'environment = "test"\n[storage]\nurl = "sqlite:///{tmp_path}/bot.db"\nfolder = "{tmp_path}"\n'
        '[publishing]\nfirst_run = "post"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ASIARADAR_CONFIG", str(file))
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command printed, its exit code being as expected."""
    assert main(["replay", *arguments]) == code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
    return printed.out + printed.err


def decisions(folder: Path) -> int:
    """How many were made; a slow machine polls more often between two articles, and sees more pages that are none."""
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM decisions").fetchone()[0])


def test_nothing_differs_under_the_same_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence says so, the lines end in a summary, and no local X was started for it."""
    (folder / "local-x.db").unlink(missing_ok=True)
    made = decisions(folder)
    assert f"{made} decisions since 2026-01-01 00:00:00 UTC (08:00 Singapore) made again: nothing differs." in told(
        capsys, "--since", "2026-01-01T00:00Z"
    )
    row = json.loads(told(capsys, "--since", "2026-01-01", "--json"))
    assert (row["what"], row["decisions"], row["differing"]) == ("summary", made, 0)
    assert not (folder / "local-x.db").exists()


def test_another_policy_is_tried_from_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table and the lines show what it would change; the policy in force stays."""
    policy = folder / "other.toml"
    policy.write_text('default_verdict = "hold"\n', encoding="utf-8")
    page = told(capsys, "--since", "2026-01-01", "--policy", str(policy))
    assert "4 differ (4 in decision" in page
    assert "under another policy than" in page
    assert "auto" in page
    rows = [
        json.loads(line)
        for line in told(capsys, "--since", "2026-01-01", "--policy", str(policy), "--json").splitlines()
    ]
    assert rows[0]["changes"]["verdict"] == ["auto", "hold"]
    assert rows[-1]["kinds"]["decision"] == 4


def test_what_has_no_record_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Decisions of before records were kept are named, not passed over."""
    with sqlite3.connect(folder / "bot.db") as connection:
        connection.execute("DELETE FROM decision_records WHERE decision_id = 1")
    connection.close()
    page = told(capsys, "--since", "2026-01-01")
    assert f"{decisions(folder) - 1} decisions since" in page
    assert "1 decision of that time has no record" in page


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--since", "soon"], 2, "--since: «soon» is no date"),
        (["--since", "2999-01-01"], 2, "still to come"),
        (["--since", "2026-01-01", "--until", "x"], 2, "--until"),
        ([], 2, "--since"),
        (["--since", "2026-01-01", "--policy", "/none"], 1, "there is no file /none"),
    ],
)
def test_bad_input_gets_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    """The exit code and a sentence that names the trouble."""
    assert folder.is_dir()
    assert words in told(capsys, *arguments, code=code)
