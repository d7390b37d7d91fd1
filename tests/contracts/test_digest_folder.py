"""The contract of `ports.DigestFolder`, held by FakeDigestFolder and TextFolder on a real disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from asiaradar_bot.adapters.text_folder import TextFolder
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.ports import DigestFolder
from tests.fakes.people import FakeDigestFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderUnderTest:
    """One implementation, and what it holds."""

    folder: DigestFolder
    held: Callable[[], dict[str, str]]


@pytest.fixture(params=["fake", "disk"])
def under_test(request: pytest.FixtureRequest, tmp_path: Path) -> FolderUnderTest:
    """Each implementation in turn."""
    if request.param == "fake":
        fake = FakeDigestFolder()
        return FolderUnderTest(folder=fake, held=lambda: fake.files)
    place = tmp_path / "not" / "there" / "yet"
    return FolderUnderTest(
        folder=TextFolder(place),
        held=lambda: {file.name: file.read_text(encoding="utf-8") for file in place.iterdir()},
    )


def test_a_digest_is_kept_whole(under_test: FolderUnderTest) -> None:
    """Texts of any script are kept under their names, nothing else is there, and a second writing replaces."""
    under_test.folder.write("2026-11-24-daily.txt", "first")
    under_test.folder.write("2026-11-24-daily.txt", "«日本»\nseen 9,120 times\n")
    under_test.folder.write("2026-11-23-weekly.txt", "week")
    assert under_test.held() == {
        "2026-11-24-daily.txt": "«日本»\nseen 9,120 times\n",
        "2026-11-23-weekly.txt": "week",
    }


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the sentence names the setting to mend."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match=r"digest\.folder"):
        TextFolder(tmp_path / "file").write("x.txt", "x")


def test_no_folder_keeps_nothing(tmp_path: Path) -> None:
    """Without a folder nothing is written and nothing is wrong."""
    TextFolder(None).write("x.txt", "x")
    assert list(tmp_path.iterdir()) == []
