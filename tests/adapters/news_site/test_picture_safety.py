"""Pictures: decoded in a bounded child process and encoded anew, or refused in one sentence."""

from __future__ import annotations

import io
import os
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from asiaradar_bot.adapters.news_site.picture import MAX_UPLOAD_BYTES, make_safe
from asiaradar_bot.model.outcome import Picture, PictureRefused

RED = (200, 10, 10)


def encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    """
    The image as a file.
    """
    output = io.BytesIO()
    image.save(output, image_format, **options)
    return output.getvalue()


def plain(size: tuple[int, int] = (80, 50), mode: str = "RGB") -> Image.Image:
    """
    A one-coloured image.
    """
    return Image.new(
        mode, size, RED if mode == "RGB" else None or (1, 2, 3, 100)[: len(Image.new(mode, (1, 1)).getbands())]
    )


def safe(content: bytes) -> Picture:
    """
    The picture that a test expects.
    """
    answer = make_safe(content, name="x.jpg")
    assert isinstance(answer, Picture), answer
    return answer


def refused(content: bytes) -> str:
    """
    The sentence of a refusal.
    """
    answer = make_safe(content, name="x.jpg")
    assert isinstance(answer, PictureRefused), answer
    assert "x.jpg" in answer.detail
    return answer.detail


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_opaque_images_become_jpeg(image_format: str, mode: str) -> None:
    """Every allowed format without transparency comes out as JPEG, by its content and not its name."""
    picture = safe(encoded(plain(mode=mode), image_format))
    assert (picture.media_type, picture.width_pixels, picture.height_pixels) == ("image/jpeg", 80, 50)
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.format == "JPEG"


def test_transparency_is_kept_as_webp() -> None:
    """An image with see-through parts stays one; one whose alpha is all opaque is a JPEG."""
    see_through = Image.new("RGBA", (8, 8), (200, 10, 30, 120))
    picture = safe(encoded(see_through, "PNG"))
    assert picture.media_type == "image/webp"
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.convert("RGBA").tobytes() == see_through.tobytes(), "nothing is lost"
    assert safe(encoded(plain(mode="RGBA"), "PNG")).media_type == "image/webp"
    assert safe(encoded(Image.new("RGBA", (8, 8), (1, 2, 3, 255)), "PNG")).media_type == "image/jpeg"
    palette = Image.new("P", (8, 8))
    assert safe(encoded(palette, "PNG", transparency=0)).media_type == "image/webp"


def test_metadata_is_dropped_and_orientation_applied() -> None:
    """A sideways photo is turned upright, and nothing that it carried besides pixels comes through."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET PLACE"
    content = encoded(plain(), "JPEG", exif=exif, comment=b"SECRET COMMENT")
    assert b"SECRET" in content
    picture = safe(content)
    assert (picture.width_pixels, picture.height_pixels) == (50, 80)
    assert b"SECRET" not in picture.content
    assert b"Exif" not in picture.content


def test_other_colour_spaces_become_srgb() -> None:
    """CMYK and images with a profile of their own come out in plain RGB."""
    assert safe(encoded(Image.new("CMYK", (8, 8), (0, 200, 200, 0)), "JPEG")).media_type == "image/jpeg"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert safe(encoded(plain(), "JPEG", icc_profile=profile)).media_type == "image/jpeg"
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert b"ICC_PROFILE" not in safe(encoded(plain(), "JPEG", icc_profile=srgb)).content
    assert safe(encoded(plain(), "JPEG", icc_profile=b"rubbish")).media_type == "image/jpeg"


def test_large_images_are_made_smaller() -> None:
    """No edge is longer than 4096 pixels, and the shape stays."""
    picture = safe(encoded(Image.new("RGB", (6000, 3000)), "PNG"))
    assert (picture.width_pixels, picture.height_pixels) == (4096, 2048)


def test_noisy_images_are_squeezed_under_the_limit() -> None:
    """What does not fit into 5 MB at full quality loses quality, then size."""
    noise = Image.frombytes("RGB", (2600, 2600), os.urandom(2600 * 2600 * 3))
    picture = safe(encoded(noise, "JPEG", quality=60))
    assert len(picture.content) <= MAX_UPLOAD_BYTES


def png_of(width: int, height: int) -> bytes:
    """
    A PNG that claims a size and holds almost nothing.
    """

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png_of(5001, 5000), "pixels"),
        (png_of(60_000, 60_000), "pixels"),
        (encoded(plain(), "GIF"), "no sound"),
        (encoded(plain(), "TIFF"), "no sound"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no sound"),
        (encoded(plain(), "JPEG")[:200], "no sound"),
        (encoded(plain(), "PNG")[:60], "no sound"),
        (b"", "no sound"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no sound"),
        (b"x" * (8 * 1024 * 1024 + 1), "larger than"),
    ],
)
def test_bombs_and_other_formats_are_refused(content: bytes, words: str) -> None:
    """Too many pixels, another format, damage or too many bytes: one sentence."""
    assert words in refused(content)


def test_a_slow_decoder_is_killed() -> None:
    """The child gets no more time than it was given."""
    answer = make_safe(encoded(plain(), "PNG"), name="x.png", seconds=0.001)
    assert isinstance(answer, PictureRefused)
    assert "longer than" in answer.detail
