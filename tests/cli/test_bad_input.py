"""What an operator can get wrong before anything runs: one sentence that names the place, the right exit code, no traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from asiaradar_bot.cli.main import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dry-run in a folder of its own."""
    for key, value in {
        "STORAGE__URL": f"sqlite:///{tmp_path}/bot.db",
        "STORAGE__FOLDER": str(tmp_path),
        "X__MODE": "dry-run",
    }.items():
        monkeypatch.setenv(f"ASIARADAR_{key}", value)
    monkeypatch.setenv("ASIARADAR_CONFIG", "")
    return tmp_path


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> str:
    """What the command says about it."""
    assert main(list(arguments)) == code
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FETCH__ALLOWED_HOSTS", "radar.asia", "lists are JSON in the environment"),
        ("ALERTS__URLS", "mailto://a@b.example", "lists are JSON in the environment"),
        ("X", "live", "only keys have values (ASIARADAR_X__MODE, not ASIARADAR_X)"),
    ],
)
def test_a_variable_that_is_no_json_says_how_it_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str, said: str
) -> None:
    """The usual slip with a list is told as one; the value, which may be a secret, is not repeated."""
    monkeypatch.setenv(f"ASIARADAR_{variable}", value)
    told = complaint(capsys, "posts", "list", code=2)
    assert said in told
    assert f"a variable ASIARADAR_{variable.partition('__')[0]}... can't be read" in told
    assert "mailto" not in told


def test_a_settings_file_in_another_encoding_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """UTF-16, as some editors save it, is named as such."""
    file = folder / "asiaradar.toml"
    file.write_text('environment = "x"', encoding="utf-16")
    monkeypatch.setenv("ASIARADAR_CONFIG", str(file))
    assert complaint(capsys, "posts", "list", code=2) == f"asiaradar: {file} is not in UTF-8: save it as UTF-8"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "is no text in UTF-8: write it anew"), (b'["mailto://a', "begins like a list and is no JSON")],
)
def test_a_secret_file_that_is_no_text_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, content: bytes, said: str
) -> None:
    """Which of the files it is stands in the sentence, and nothing of what it holds."""
    (folder / "secrets").mkdir()
    file = folder / "secrets" / "asiaradar_alerts__urls"
    file.write_bytes(content)
    monkeypatch.setenv("ASIARADAR_SECRETS", str(file.parent))
    told = complaint(capsys, "posts", "list", code=2)
    assert f"the secret file {file} {said}" in told
    assert "mailto" not in told


def test_a_secret_file_may_hold_a_list(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Where alerts go is a secret and a list."""
    (folder / "secrets").mkdir()
    (folder / "secrets" / "asiaradar_alerts__urls").write_text('["json://127.0.0.1:9/"]\n', encoding="utf-8")
    monkeypatch.setenv("ASIARADAR_SECRETS", str(folder / "secrets"))
    assert main(["posts", "list"]) == 0


@pytest.mark.parametrize("which", ["policy", "prices"])
def test_a_folder_in_place_of_a_file_is_no_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, which: str
) -> None:
    """Rules that can't be read are never passed over in silence."""
    monkeypatch.setenv(f"ASIARADAR_TEMPLATES__{which.upper()}", str(folder))
    assert f"{folder} can't be read" in complaint(capsys, "posts", "list", code=2)


@pytest.mark.parametrize(
    ("group", "sentence"),
    [("posts", "a number is too large for the database"), ("articles", f"no source ever showed {'9' * 23}:")],
)
def test_a_number_beyond_the_database_is_refused(capsys: pytest.CaptureFixture[str], group: str, sentence: str) -> None:
    """Neither database takes it; that is the asker's mistake."""
    assert sentence in complaint(capsys, group, "show", "9" * 23, code=1)


def test_a_taken_port_is_named_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Address and mend are in the sentence; ticks have not begun, so that a second bot by mistake does nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("ASIARADAR_WEB__PORT", str(port))
        told = complaint(capsys, "run", code=1)
    assert f"the web server can't listen on 127.0.0.1:{port} (Address already in use)" in told
    assert "set web.host and web.port" in told
