"""
The child process that decodes one image: bytes on standard input, a line of JSON and the new image on standard output.

Started by `picture.make_safe`; it limits itself before it reads the first byte, and touches no file and no network.
Source: OWASP ASVS 5.0, 5.2.2 and 5.2.6.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageCms, ImageOps

MAX_PIXELS = 25_000_000
MAX_INPUT_BYTES = 8 * 1024 * 1024
MAX_OUTPUT_BYTES = 5 * 1024 * 1024
MAX_EDGE_PIXELS = 4096
SMALL_EDGE_PIXELS = 2048
"""For images that are too large in bytes at full size."""
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 5
JPEG_QUALITIES = (88, 80, 70, 60)
FORMATS = ("JPEG", "PNG", "WEBP")

_SRGB_MODES = frozenset({"RGB", "RGBA", "L"})


class _RefusedError(Exception):
    """
    The image can't be used; the text is a clause that follows its name.
    """


def limit_self() -> None:
    """
    Bound this process's memory and CPU time, and forbid it to write files.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reencode(content: bytes) -> tuple[bytes, str, tuple[int, int]]:
    """
    The image anew, its media type, and its width and height in pixels.
    """
    image = _upright(_opened(content))
    image.thumbnail((MAX_EDGE_PIXELS, MAX_EDGE_PIXELS), Image.Resampling.LANCZOS)
    encoded, media_type = _with_alpha(image) if _is_transparent(image) else _jpeg(image.convert("RGB"))
    if len(encoded) > MAX_OUTPUT_BYTES:
        image.thumbnail((SMALL_EDGE_PIXELS, SMALL_EDGE_PIXELS), Image.Resampling.LANCZOS)
        encoded, media_type = _with_alpha(image) if _is_transparent(image) else _jpeg(image.convert("RGB"))
    if len(encoded) > MAX_OUTPUT_BYTES:
        raise _RefusedError(f"is larger than {MAX_OUTPUT_BYTES:,} bytes even when encoded anew; use a smaller one")
    return encoded, media_type, image.size


def _opened(content: bytes) -> Image.Image:
    if len(content) > MAX_INPUT_BYTES:
        raise _RefusedError(f"is larger than {MAX_INPUT_BYTES:,} bytes; use a smaller one")
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _RefusedError(f"has more than {MAX_PIXELS:,} pixels; use a smaller one") from error
    except (OSError, ValueError, SyntaxError, TypeError, ArithmeticError, LookupError, EOFError) as error:
        raise _RefusedError("is no sound JPEG, PNG or WEBP; use another one") from error
    return image


def _upright(image: Image.Image) -> Image.Image:
    """
    The picture as it is meant to be seen: turned by its own word, in sRGB, in a mode that both encoders know.
    """
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode in {"P", "PA", "LA"} or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode not in _SRGB_MODES and image.mode != "CMYK":
        image = image.convert("RGB")
    if profile:
        image = _in_srgb(image, profile)
    return image if image.mode in _SRGB_MODES else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """
    The colours as its own profile means them, since the profile itself is dropped; as they are if it is unsound.
    """
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGB" if image.mode == "CMYK" else image.mode
        turned = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return turned or image


def _is_transparent(image: Image.Image) -> bool:
    if image.mode != "RGBA":
        return False
    lowest = image.getchannel("A").getextrema()[0]
    return isinstance(lowest, int | float) and lowest < 255  # noqa: PLR2004  fully opaque


def _jpeg(image: Image.Image) -> tuple[bytes, str]:
    encoded = b""
    for quality in JPEG_QUALITIES:
        encoded = _encoded(image, "JPEG", quality=quality, optimize=False, progressive=False)
        if len(encoded) <= MAX_OUTPUT_BYTES:
            break
    return encoded, "image/jpeg"


def _with_alpha(image: Image.Image) -> tuple[bytes, str]:
    """
    Without loss if that is small enough; in less time and fewer bytes than PNG takes.
    """
    encoded = _encoded(image, "WEBP", lossless=True, quality=0, method=0)
    if len(encoded) > MAX_OUTPUT_BYTES:
        encoded = _encoded(image, "WEBP", quality=JPEG_QUALITIES[0], method=2)
    return encoded, "image/webp"


def _encoded(image: Image.Image, image_format: str, **options: int | bool) -> bytes:
    # A fresh image of the pixels alone: nothing that the original carried besides them can get through.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    output = io.BytesIO()
    clean.save(output, image_format, **options)
    return output.getvalue()


def main() -> int:
    """
    Read, re-encode, write; the exit code is 0 for a refusal in words too.
    """
    limit_self()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        encoded, media_type, (width, height) = reencode(sys.stdin.buffer.read(MAX_INPUT_BYTES + 1))
    except _RefusedError as error:
        sys.stdout.write(json.dumps({"refused": str(error)}) + "\n")
        return 0
    except MemoryError:
        sys.stdout.write(json.dumps({"refused": "needs too much memory to decode; use a smaller one"}) + "\n")
        return 0
    head = {"media_type": media_type, "width": width, "height": height}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + encoded)
    return 0


if __name__ == "__main__":
    sys.exit(main())
