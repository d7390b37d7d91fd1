"""How a command that is written wrong is refused: what is wrong, and how it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from asiaradar_bot.cli.main import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dry-run in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASIARADAR_CONFIG", "")
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", f"sqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("ASIARADAR_X__MODE", "dry-run")
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """The one sentence."""
    assert main(list(arguments)) == code
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.strip().removeprefix("asiaradar: ")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("posts", "add", "Ferries", "--at", ""), "--at"),
        (("posts", "add", "Ferries", "--at="), "--at"),
        (("posts", "add", "Ferries", "--at", "  "), "--at"),
        (("posts", "add", "Ferries", "--image", "a.png", "--image", ""), "--image"),
        (("posts", "move", "1", "--at", ""), "--at"),
        (("posts", "settle", "1", "--published", ""), "--published"),
        (("report", "--until", ""), "--until"),
        (("export", "posts", "--since", ""), "--since"),
        (("replay", "--since", "2026-11-01", "--until", ""), "--until"),
        (("rules", "save", "policy", "file", "--note", ""), "--note"),
    ],
)
def test_an_option_without_a_value_is_refused(
    capsys: pytest.CaptureFixture[str], folder: Path, command: tuple[str, ...], option: str
) -> None:
    """A script's unset variable must not post at once; nothing is even opened."""
    assert refused(capsys, *command) == f"{option} has no value: give it one, or leave it out"
    assert not (folder / "bot.db").exists()


def test_no_reason_and_no_description_may_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty --why is none; the refusal is that of the post."""
    assert "there is no post 1" in refused(capsys, "posts", "hold", "1", "--why", "", code=1)


def test_a_time_and_a_slot_are_one_too_many(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Neither is dropped in silence, be it «now» that was said."""
    for at in ("in 2 h", "now"):
        told = refused(capsys, "posts", "add", "Ferries", "--at", at, "--slot", code=1)
        assert told == "--at and --slot both say when: give one of the two"
    assert not (folder / "bot.db").exists()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("posts", "show", "abc"), "Invalid value for 'NUMBER': write a whole number"),
        (("posts", "show"), "NUMBER is missing: write `asiaradar posts show NUMBER`"),
        (("posts", "add"), "TEXT... is missing: write `asiaradar posts add TEXT...`"),
        (("preview", "--url", "x"), "--page is missing: write `asiaradar preview --page PAGE --url URL`"),
        (("rules", "save", "policy"), "FILE is missing: write `asiaradar rules save NAME FILE --note NOTE`"),
        (
            ("users", "role", "mei"),
            "TO (viewer, editor, publisher, admin) is missing: write `asiaradar users role NAME TO`",
        ),
        (("stop", "--now"), "No such option: --now: write `asiaradar stop [REASON]`"),
        (("posts", "ad"), "No such command 'ad'. Did you mean 'add'? `asiaradar posts --help` lists what there is"),
    ],
)
def test_what_is_missing_is_shown_in_its_place(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], sentence: str
) -> None:
    """In the words of the help, with how the command is written."""
    assert refused(capsys, *command).startswith(sentence.partition("\n")[0])
