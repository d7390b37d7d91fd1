"""Makes a stranger's image safe: decoded and encoded anew in a child process that is bounded in memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import Picture, PictureAnswer, PictureRefused

MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_UPLOAD_BYTES = 5 * 1024 * 1024
"""Source: X API, media best practices: images up to 5 MB."""
CHILD_SECONDS = 5.0
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/jpg", "image/pjpeg", "application/octet-stream")
_MEDIA_TYPES = frozenset({"image/jpeg", "image/webp"})
_CHILD = "asiaradar_bot.adapters.news_site.picture_child"


def make_safe(content: bytes, *, name: str, seconds: float = CHILD_SECONDS) -> PictureAnswer:
    """
    The image encoded anew, upright, without metadata, at most 4096 pixels wide and high and 5 MB; never raises.

    `name` stands in the sentence of a refusal. JPEG, PNG and WEBP are taken, whatever the server calls them.
    """
    # Without the environment, which holds secrets, but with what finds the interpreter's own files.
    environment = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if key in os.environ}
    try:
        child = subprocess.run(  # noqa: S603  our own module, no shell, no argument from outside
            [sys.executable, "-m", _CHILD],
            input=content,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return PictureRefused(detail=f"the image {name} took longer than {seconds:g} s to decode; use a plainer one")
    except OSError as error:
        return PictureRefused(detail=f"the image {name} could not be decoded, as no process could be started: {error}")
    return _answer(child, name=name)


def take_in(content: bytes, *, name: str) -> Picture:
    """
    A picture that a person or a program brings, made safe.

    Raises:
        InputError: it can't be used; the sentence says why.
    """
    answer = make_safe(content, name=name)
    if not isinstance(answer, Picture):
        raise InputError(answer.detail)
    return answer


def _answer(child: subprocess.CompletedProcess[bytes], *, name: str) -> PictureAnswer:
    head, _, body = child.stdout.partition(b"\n")
    try:
        said = json.loads(head)
        if child.returncode == 0 and "refused" in said:
            return PictureRefused(detail=f"the image {name} {str(said['refused'])[:300]}")
        picture = Picture(
            content=body,
            media_type=str(said["media_type"]),
            width_pixels=int(said["width"]),
            height_pixels=int(said["height"]),
        )
    except (ValueError, KeyError, TypeError):
        return PictureRefused(detail=f"the image {name} broke the decoder (exit {child.returncode}); use another one")
    if child.returncode != 0 or picture.media_type not in _MEDIA_TYPES or not 0 < len(body) <= MAX_UPLOAD_BYTES:
        return PictureRefused(detail=f"the image {name} came out of the decoder damaged; use another one")
    return picture
