"""The contract of `ports.SideFiles`, held by FakeSideFiles and FolderSideFiles."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from asiaradar_bot.adapters.side_files import STOP_ENVIRONMENT, FolderSideFiles
from asiaradar_bot.ports import SideFiles
from tests.fakes.outside import FakeSideFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesUnderTest:
    """One implementation, and how its stop file is put there and taken away."""

    files: SideFiles
    put_stop: Callable[[str], object]
    take_stop: Callable[[], object]


@pytest.fixture(params=["fake", "folder"])
def under_test(request: pytest.FixtureRequest, tmp_path: Path) -> FilesUnderTest:
    """Each implementation in turn."""
    if request.param == "folder":
        return FilesUnderTest(
            files=FolderSideFiles(tmp_path / "var", environment={}),
            put_stop=partial(_written, tmp_path / "var" / "STOP"),
            take_stop=(tmp_path / "var" / "STOP").unlink,
        )
    fake = FakeSideFiles(epoch=None)
    return FilesUnderTest(
        files=fake, put_stop=lambda why: setattr(fake, "stop", why), take_stop=lambda: setattr(fake, "stop", None)
    )


def _written(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text + "\nmore\n", encoding="utf-8")


def test_without_a_stop_file_sending_is_on(under_test: FilesUnderTest) -> None:
    """Nothing there, nothing forbidden; put there it counts at once, with its reason, and taken away it is over."""
    assert under_test.files.stop_reason() is None
    under_test.put_stop("fire drill")
    assert "fire drill" in (under_test.files.stop_reason() or "")
    under_test.take_stop()
    assert under_test.files.stop_reason() is None


def test_the_epoch_is_remembered(under_test: FilesUnderTest) -> None:
    """None before the first, then the last one written."""
    assert under_test.files.read_epoch() is None
    for epoch in (1, 2, 10_000):
        under_test.files.write_epoch(epoch)
        assert under_test.files.read_epoch() == epoch
    under_test.files.write_epoch(7)
    assert under_test.files.read_epoch() == 10_000, "a restored database must not wipe out what shows that it is old"


def test_an_empty_stop_file_stops(tmp_path: Path) -> None:
    """`touch STOP` is enough."""
    (tmp_path / "STOP").touch()
    assert str(FolderSideFiles(tmp_path, environment={}).stop_reason()).endswith("STOP")


def test_a_stop_file_that_cannot_be_read_stops(tmp_path: Path) -> None:
    """In doubt nothing is sent: a folder of that name forbids it as well."""
    (tmp_path / "STOP").mkdir()
    assert "can't be read" in str(FolderSideFiles(tmp_path, environment={}).stop_reason())


@pytest.mark.parametrize(("value", "stops"), [("1", True), ("yes", True), ("", False), ("0", False), ("False", False)])
def test_the_environment_stops_too(tmp_path: Path, value: str, *, stops: bool) -> None:
    """Any value but none, 0, no and false."""
    files = FolderSideFiles(tmp_path, environment={STOP_ENVIRONMENT: value})
    assert (files.stop_reason() is not None) == stops


@pytest.mark.parametrize("text", ["", "-1", "9" * 4000, "1 2", "\u0663"])
def test_a_damaged_epoch_is_none(tmp_path: Path, text: str) -> None:
    """And the next one takes its place."""
    (tmp_path / "epoch").write_text(text, encoding="utf-8")
    files = FolderSideFiles(tmp_path)
    assert files.read_epoch() is None
    files.write_epoch(0)
    assert files.read_epoch() == 0


def test_an_epoch_that_cannot_be_kept_is_passed_over(tmp_path: Path) -> None:
    """A damaged file is no epoch, and a place that can't be written breaks nothing."""
    (tmp_path / "epoch").write_text("seven", encoding="ascii")
    assert FolderSideFiles(tmp_path).read_epoch() is None
    blocked = FolderSideFiles(tmp_path / "epoch" / "below")
    blocked.write_epoch(3)
    assert blocked.read_epoch() is None
    assert [file.name for file in tmp_path.iterdir()] == ["epoch"]


def test_the_epoch_is_on_the_disk_before_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the new file is settled, under another name, then the folder in which it took its place."""
    settled: list[tuple[bool, bool]] = []
    really = os.fsync

    def noting(handle: int) -> None:
        settled.append((stat.S_ISDIR(os.fstat(handle).st_mode), (tmp_path / "epoch").exists()))
        really(handle)

    monkeypatch.setattr(os, "fsync", noting)
    FolderSideFiles(tmp_path).write_epoch(5)
    assert settled == [(False, False), (True, True)]
