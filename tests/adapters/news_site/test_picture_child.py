"""The decoder itself, in this process: what `picture.make_safe` starts as a child."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageCms

from asiaradar_bot.adapters.news_site import picture_child
from asiaradar_bot.adapters.news_site.picture import make_safe
from asiaradar_bot.model.outcome import PictureRefused
from tests.adapters.news_site.test_picture_safety import encoded, png_of


@pytest.fixture(autouse=True)
def _pillow_as_it_was() -> Iterator[None]:
    """
    Undo what the child does to Pillow's limit and to warnings.
    """
    pixels = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        yield
    Image.MAX_IMAGE_PIXELS = pixels


def run(content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, object], bytes]:
    """
    The child's head line and body.
    """
    output = io.BytesIO()
    monkeypatch.setattr(picture_child, "limit_self", lambda: None)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, write_through=True))
    assert picture_child.main() == 0
    head, _, body = output.getvalue().partition(b"\n")
    return json.loads(head), body


@pytest.mark.parametrize(
    ("image", "options", "media_type"),
    [
        (Image.new("RGB", (8, 6)), {"image_format": "JPEG"}, "image/jpeg"),
        (Image.new("L", (8, 6)), {"image_format": "PNG"}, "image/jpeg"),
        (Image.new("1", (8, 6)), {"image_format": "PNG"}, "image/jpeg"),
        (Image.new("I;16", (8, 6)), {"image_format": "PNG"}, "image/jpeg"),
        (Image.new("P", (8, 6)), {"image_format": "PNG"}, "image/jpeg"),
        (Image.new("CMYK", (8, 6)), {"image_format": "JPEG"}, "image/jpeg"),
        (Image.new("LA", (8, 6), (9, 9)), {"image_format": "PNG"}, "image/webp"),
        (Image.new("RGBA", (8, 6), (1, 2, 3, 4)), {"image_format": "WEBP"}, "image/webp"),
        (Image.new("RGB", (8, 6)), {"image_format": "JPEG", "icc_profile": b"rubbish"}, "image/jpeg"),
        (
            Image.new("RGB", (8, 6)),
            {"image_format": "PNG", "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()},
            "image/jpeg",
        ),
    ],
)
def test_every_mode_comes_out_in_one_that_x_takes(
    image: Image.Image, options: dict[str, Any], media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Palettes, grey, 16 bit, CMYK, alpha and profiles all come out as plain JPEG or WEBP."""
    head, body = run(encoded(image, **options), monkeypatch)
    assert head == {"media_type": media_type, "width": 8, "height": 6}
    with Image.open(io.BytesIO(body)) as again:
        assert again.size == (8, 6)
        assert not again.info.get("icc_profile")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"rubbish", "no sound"), (png_of(5001, 5000), "pixels"), (b"x" * (8 * 1024 * 1024 + 1), "larger than")],
)
def test_refusals_are_a_line_of_json(content: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent gets a clause that it can print."""
    head, body = run(content, monkeypatch)
    assert words in str(head["refused"])
    assert body == b""


def test_what_stays_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quality and size go down before an image is given up; with alpha, no loss comes before any."""
    noise = Image.effect_noise((300, 300), 90)
    content = encoded(noise.convert("RGB"), "PNG")
    alpha = noise.convert("RGBA")
    alpha.putalpha(noise)
    monkeypatch.setattr(picture_child, "SMALL_EDGE_PIXELS", 100)
    monkeypatch.setattr(picture_child, "MAX_OUTPUT_BYTES", 6000)
    head, body = run(content, monkeypatch)
    assert (head["width"], len(body) <= 6000) == (100, True)
    monkeypatch.setattr(picture_child, "MAX_OUTPUT_BYTES", 14_000)
    head, body = run(encoded(alpha, "PNG"), monkeypatch)
    assert (head["media_type"], head["width"]) == ("image/webp", 100)
    monkeypatch.setattr(picture_child, "MAX_OUTPUT_BYTES", 50)
    head, body = run(content, monkeypatch)
    assert "even when encoded anew" in str(head["refused"])


def test_too_little_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that the memory limit does not let decode is refused in words."""

    def greedy(content: bytes) -> tuple[bytes, str, tuple[int, int]]:
        raise MemoryError

    monkeypatch.setattr(picture_child, "reencode", greedy)
    head, _ = run(b"x", monkeypatch)
    assert "memory" in str(head["refused"])


def test_the_child_limits_itself() -> None:
    """Memory, CPU time and file size are bounded before anything is read."""
    code = (
        "from asiaradar_bot.adapters.news_site import picture_child as c; import resource as r; c.limit_self();"
        "print(r.getrlimit(r.RLIMIT_AS)[0], r.getrlimit(r.RLIMIT_CPU)[0], r.getrlimit(r.RLIMIT_FSIZE)[0])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert said.split() == [str(picture_child.MEMORY_BYTES), str(picture_child.CPU_SECONDS), "0"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


@pytest.mark.parametrize(
    ("returncode", "stdout"),
    [
        (-9, b""),
        (0, b"rubbish\n"),
        (0, b'{"media_type": "image/gif", "width": 1, "height": 1}\nx'),
        (0, b'{"media_type": "image/webp", "width": 1, "height": 1}\n'),
        (1, b'{"media_type": "image/png", "width": 1, "height": 1}\nx'),
        (0, b'{"width": 1}\nx'),
    ],
)
def test_a_broken_child_is_a_refusal(returncode: int, stdout: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that was killed, or says nonsense, costs the picture and nothing else."""
    answer = subprocess.CompletedProcess(args=[], returncode=returncode, stdout=stdout)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_options: answer)
    assert isinstance(make_safe(b"x", name="x.jpg"), PictureRefused)


def test_no_process_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started, the post goes without its picture."""

    def no_process(*_args: object, **_options: object) -> None:
        raise OSError("out of processes")

    monkeypatch.setattr(subprocess, "run", no_process)
    answer = make_safe(b"x", name="x.jpg")
    assert isinstance(answer, PictureRefused)
    assert "out of processes" in answer.detail
