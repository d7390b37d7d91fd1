"""Another key for the secrets of the database: sealed anew by one command, after which the old key may go."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from asiaradar_bot.adapters.secret_box import FernetBox
from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.checkup import examine
from asiaradar_bot.cli.main import main
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.model.second_factor import Authenticator
from asiaradar_bot.settings import load_settings
from asiaradar_bot.steps.reseal import reseal
from tests.factories import NOON

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
ADMIN = Person(who="cli:root", role=Role.ADMIN)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry-run under the old key."""
    for key, value in {
        "STORAGE__URL": f"sqlite:///{tmp_path}/bot.db",
        "STORAGE__FOLDER": str(tmp_path),
        "X__MODE": "dry-run",
        "SEALING__KEYS": OLD,
    }.items():
        monkeypatch.setenv(f"ASIARADAR_{key}", value)
    monkeypatch.setenv("ASIARADAR_CONFIG", "")


def seal_three(app: App, box: FernetBox) -> None:
    """A hub's, a webhook's and an app's secret, each in its place."""
    app.access().add_user("mei", Role.ADMIN, person=ADMIN)
    with app.store.begin() as tx:
        tx.inbox.save_subscription(
            Subscription(topic="https://radar.asia/rss", hub="https://h.example", path="p", sealed_secret=box.seal("a"))
        )
        tx.programs.add_webhook(
            "https://w.example/", sealed_secret=box.seal("b"), events=["*"], cursor=0, at=NOON, by="x"
        )
        user = tx.access.find_user("mei")
        assert user is not None
        tx.factors.save_app(Authenticator(user_id=user.id, sealed=box.seal("c"), confirmed_at=NOON, last_step=7))


def opened(app: App, key: str) -> list[str]:
    """Every secret of the database as that key opens it."""
    box = FernetBox(Path("none"), keys=key)
    with app.store.read() as tx:
        return [box.open(one.sealed) for one in tx.sealed.list_sealed()]


def doctor_says(app: App) -> tuple[bool, str]:
    """What the doctor finds of the sealed secrets."""
    return next((one.good, one.told) for one in examine(app) if one.name == "sealed secrets")


def test_the_old_key_can_go_after_one_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the new key in front everything is sealed with it, hubs, webhooks and apps; doctor and audit know."""
    app = build_app(load_settings())
    seal_three(app, app.secret_box)
    app.close()
    monkeypatch.setenv("ASIARADAR_SEALING__KEYS", f"{NEW} {OLD}")
    assert main(["db", "reseal"]) == 0
    assert "3 sealed with the first key" in capsys.readouterr().out
    monkeypatch.setenv("ASIARADAR_SEALING__KEYS", NEW)
    app = build_app(load_settings())
    assert opened(app, NEW) == ["a", "b", "c"]
    assert doctor_says(app)[0]
    with app.store.read() as tx:
        (entry,) = [one for one in tx.audit.list_recent() if one.action == "secrets.resealed"]
    assert entry.after == {"done": 3, "lost": []}
    app.close()


def test_what_no_key_opens_is_named_and_left(capsys: pytest.CaptureFixture[str]) -> None:
    """One lost secret does not keep the others; its owner is named, also by the doctor; the exit code is 1."""
    app = build_app(load_settings())
    seal_three(app, FernetBox(Path("none"), keys=LOST))
    with app.store.begin() as tx:
        tx.programs.add_webhook(
            "https://v.example/", sealed_secret=app.secret_box.seal("d"), events=["*"], cursor=0, at=NOON, by="x"
        )
    good, told = doctor_says(app)
    assert (good, told.startswith("hub of https://radar.asia/rss: a secret of the database")) == (False, True)
    assert main(["db", "reseal"]) == 1
    printed = capsys.readouterr()
    assert "1 sealed with the first key" in printed.out
    assert "hub of https://radar.asia/rss; webhook 1; authenticator app of user mei: put the key back" in printed.err
    app.close()


def test_a_secret_that_changed_meanwhile_is_not_overwritten() -> None:
    """The new text takes the place of the one that was read and of no other; only admins may seal anew."""
    app = build_app(load_settings())
    seal_three(app, app.secret_box)
    with app.store.begin() as tx:
        before = tx.sealed.list_sealed()[0]
        assert tx.sealed.reseal(before, app.secret_box.seal("new"))
        assert not tx.sealed.reseal(before, "anything")
    with pytest.raises(AccessError):
        reseal(app.store, app.secret_box, app.clock, person=Person(who="desk:ed", role=Role.EDITOR))
    assert opened(app, OLD) == ["new", "b", "c"]
    app.close()


def test_a_wrong_folder_makes_no_key_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where the database has secrets, a folder without their key seals none; a lost key is made anew by a word."""
    monkeypatch.delenv("ASIARADAR_SEALING__KEYS")
    assert main(["webhooks", "add", "https://w.example/"]) == 0
    (tmp_path / "wrong").mkdir()
    monkeypatch.setenv("ASIARADAR_STORAGE__FOLDER", str(tmp_path / "wrong"))
    capsys.readouterr()
    for arguments in (["webhooks", "add", "https://v.example/"], ["db", "reseal"]):
        assert main(arguments) == 1
        said = capsys.readouterr().err
        assert f"{tmp_path / 'wrong' / 'seal.key'} is not there: set storage.folder to the bot's folder" in said
    assert not (tmp_path / "wrong" / "seal.key").exists()
    app = build_app(load_settings())
    good, told = doctor_says(app)
    assert (good, "set storage.folder" in told) == (False, True)
    with app.store.read() as tx:
        assert len(tx.programs.list_webhooks()) == 1
    app.close()
    assert main(["db", "reseal", "--new-key"]) == 1
    assert "no key at hand opens the secret of webhook 1" in capsys.readouterr().err
    assert main(["webhooks", "add", "https://v.example/"]) == 0


def test_a_new_key_takes_no_other_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Neither that of the settings nor one in the file."""
    assert main(["db", "reseal", "--new-key"]) == 1
    assert "put a new one in front there" in capsys.readouterr().err
    monkeypatch.delenv("ASIARADAR_SEALING__KEYS")
    assert main(["db", "reseal", "--new-key"]) == 0
    key = (tmp_path / "seal.key").read_bytes()
    assert main(["db", "reseal", "--new-key"]) == 1
    assert "there is a key file" in capsys.readouterr().err
    assert (tmp_path / "seal.key").read_bytes() == key
