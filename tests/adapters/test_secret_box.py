"""The keeper of the database's secrets: what it seals, which keys open it, and how its key file is kept."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from asiaradar_bot.adapters.secret_box import FernetBox
from asiaradar_bot.model.errors import SealError, SettingsError
from asiaradar_bot.settings import load_settings


def test_what_is_sealed_can_be_opened_and_does_not_show(tmp_path: Path) -> None:
    """Any text comes back, in any script; sealed it is ASCII, differs each time and holds nothing of the text."""
    box = FernetBox(tmp_path / "seal.key")
    for text in ("", "秘密 and more", "s" * 5000):
        first, second = box.seal(text), box.seal(text)
        assert box.open(first) == box.open(second) == text
        assert first != second
        assert first.isascii()
        assert not text or text not in first


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """The first use makes it with mode 0600, together with its folder; another process finds the same key."""
    file = tmp_path / "var" / "seal.key"
    sealed = FernetBox(file).seal("word")
    assert file.stat().st_mode & 0o777 == 0o600
    assert FernetBox(file).open(sealed) == "word"
    assert [one.name for one in file.parent.iterdir()] == ["seal.key"]


def test_two_first_uses_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Threads that find no key file at the same moment all seal with the one that came first."""
    file = tmp_path / "seal.key"
    start = threading.Barrier(4)
    sealed: list[str] = []

    def use() -> None:
        start.wait(10)
        sealed.append(FernetBox(file).seal("word"))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [FernetBox(file).open(one) for one in sealed] == ["word"] * 4


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    """Rotation: new first, old behind; without the old one what it sealed is refused with a sentence."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = FernetBox(tmp_path / "none", keys=old).seal("word")
    both = FernetBox(tmp_path / "none", keys=f"{new}\n{old}\n")
    assert both.open(sealed) == "word"
    assert FernetBox(tmp_path / "none", keys=new).open(both.seal("word")) == "word"
    with pytest.raises(SealError, match=r"a key that is not in sealing\.keys"):
        FernetBox(tmp_path / "none", keys=new).open(sealed)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["", "word", "gAAAAAword"])
def test_what_was_never_sealed_is_refused(tmp_path: Path, text: str) -> None:
    """Open text in the database is no secret of ours."""
    with pytest.raises(SealError, match=r"seal\.key"):
        FernetBox(tmp_path / "seal.key").open(text)


def test_a_key_file_that_cannot_be_trusted_is_refused(tmp_path: Path) -> None:
    """Readable by others, empty, damaged or no file at all: a sentence that says how to mend it, and no new key."""
    file = tmp_path / "seal.key"
    FernetBox(file).seal("word")
    file.chmod(0o644)
    with pytest.raises(SealError, match="chmod 600"):
        FernetBox(file).seal("word")
    file.chmod(0o600)
    for content in (b"", b"short", b"\xff\xfe"):
        file.write_bytes(content)
        with pytest.raises(SealError, match=r"seal\.key"):
            FernetBox(file).seal("word")
        assert file.read_bytes() == content
    with pytest.raises(SealError, match="can't be made or read"):
        FernetBox(file / "below").seal("word")


def test_keys_of_the_settings_are_checked_at_once() -> None:
    """A key of the wrong form ends the start with a sentence that does not repeat it; logs redact good ones."""
    with pytest.raises(SettingsError, match=r"sealing\.keys") as refused:
        load_settings(sealing={"keys": "not-a-key"})
    assert "not-a-key" not in str(refused.value)
    keys = [Fernet.generate_key().decode(), Fernet.generate_key().decode()]
    assert load_settings(sealing={"keys": " ".join(keys)}).secrets()[-2:] == keys
