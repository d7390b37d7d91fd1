"""The contract of `ports.SecretBox`, held by FernetBox with a key file and with keys from the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from asiaradar_bot.adapters.secret_box import FernetBox
from asiaradar_bot.model.errors import SealError
from asiaradar_bot.ports import SecretBox

KEYS = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture(params=["file", "keys"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> SecretBox:
    """Each way to have a key."""
    return FernetBox(tmp_path / "seal.key", keys=KEYS if request.param == "keys" else None)


@pytest.mark.parametrize("text", ["s" * 40, "", "四つの", "a\nb"])
def test_what_is_sealed_opens_again(box: SecretBox, text: str) -> None:
    """Letter for letter; the sealed text does not show it and is another one each time."""
    sealed = box.seal(text)
    assert box.open(sealed) == text
    assert not text or text not in sealed
    assert box.seal(text) != sealed


def test_what_was_changed_or_never_sealed_is_refused(box: SecretBox) -> None:
    """A changed letter, another box's text and plain text are each a sentence that does not show the secret."""
    sealed = box.seal("secret words")
    for text in (sealed[:-4] + "AAA=", "secret words", ""):
        with pytest.raises(SealError) as refused:
            box.open(text)
        assert "secret words" not in str(refused.value)
