"""A post's text as an editor sees it marked: its length and what X makes of each piece, by the sender's own code."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from asiaradar_bot.rules.post_links import find_links
from asiaradar_bot.rules.post_tags import cashtag_spans, hashtag_spans, mention_spans
from asiaradar_bot.rules.post_text import LIMIT, link_spans, normalise, weighted_length


class PieceKind(StrEnum):
    """
    What X makes of a piece of text.
    """

    PLAIN = "plain"
    LINK = "link"
    STRAY = "stray"
    """A link that nobody meant, or one that X may make under a newer top-level domain."""
    HASHTAG = "hashtag"
    MENTION = "mention"
    CASHTAG = "cashtag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """
    Some characters in a row with one meaning.
    """

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """
    A text with its count; the pieces joined give the text as it is sent.
    """

    text: str
    weighted_length: int
    limit: int
    pieces: tuple[Piece, ...]

    @property
    def left(self) -> int:
        """
        Room left, in weighted characters; below zero: so much too long.
        """
        return self.limit - self.weighted_length


def view_text(text: str, *, limit: int = LIMIT) -> TextView:
    """
    The text as X would store it, counted and cut into pieces.

    Links written with a protocol are meant; any other name that becomes a link is a stray one.
    """
    clean = normalise(text)
    return TextView(
        text=clean,
        weighted_length=weighted_length(clean),
        limit=limit,
        pieces=tuple(_pieces(clean, meant_links(clean))),
    )


def meant_links(text: str) -> list[str]:
    """
    The links that are written with their protocol, in order: nobody types `https://` by accident.
    """
    return [link for _, _, link in link_spans(text) if "://" in link]


def _pieces(text: str, meant: Collection[str]) -> Iterator[Piece]:
    position = 0
    for start, end, kind in sorted(_spans(text, meant)):
        if start < position:
            continue
        if start > position:
            yield Piece(kind=PieceKind.PLAIN, text=text[position:start])
        yield Piece(kind=kind, text=text[start:end])
        position = end
    if position < len(text):
        yield Piece(kind=PieceKind.PLAIN, text=text[position:])


def _spans(text: str, meant: Collection[str]) -> Iterator[tuple[int, int, PieceKind]]:
    for link in find_links(text, newer=True):
        yield link.start, link.end, PieceKind.LINK if link.text in meant else PieceKind.STRAY
    for kind, find in (
        (PieceKind.HASHTAG, hashtag_spans),
        (PieceKind.MENTION, mention_spans),
        (PieceKind.CASHTAG, cashtag_spans),
    ):
        for start, end in find(text):
            yield start, end, kind
