"""
Remembers feed items by their very bytes, so that a changed feed costs the parse of its changed items only.

lxml only takes the document apart and puts it together again; what an item means, feedparser says.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from asiaradar_bot.model.article import SourceItem

REMEMBERED = 4000
_ITEM_NAMES = frozenset({"item", "entry"})
Scope = tuple[str, str, str]
"""Address, language and zone of the feed: with other ones the same bytes mean another item."""


class FeedMemory:
    """
    A bounded store of items by digest, oldest use out first; safe between threads.
    """

    def __init__(self, *, size: int = REMEMBERED) -> None:
        self._size = size
        self._items: OrderedDict[bytes, SourceItem] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, digest: bytes) -> SourceItem | None:
        """
        The item of these bytes; None: not seen, or forgotten.
        """
        with self._lock:
            item = self._items.get(digest)
            if item is not None:
                self._items.move_to_end(digest)
            return item

    def keep(self, digest: bytes, item: SourceItem) -> None:
        """
        Remember the item.
        """
        with self._lock:
            self._items[digest] = item
            while len(self._items) > self._size:
                self._items.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """
    A feed, taken apart into what is known and what is to be parsed.
    """

    unknown_text: str
    """The document without the known items."""
    well_formed: bool
    known: Sequence[SourceItem | None] = ()
    """One place for each item of the document, in order; None: to be parsed."""
    digests: Sequence[bytes] = ()
    memory: FeedMemory | None = field(default=None)

    def join(self, parsed: Sequence[SourceItem | None]) -> list[SourceItem | None]:
        """
        All items in the document's order; `parsed` are those of `unknown_text`. New ones are remembered.

        If the parser found another number than we took out, its word counts and nothing is remembered.
        """
        wanted = [place for place, item in enumerate(self.known) if item is None]
        if len(wanted) != len(parsed) or self.memory is None:
            return [*parsed, *(item for item in self.known if item is not None)]
        items = list(self.known)
        for place, item in zip(wanted, parsed, strict=True):
            items[place] = item
            if item is not None:
                self.memory.keep(self.digests[place], item)
        return items


def split_known(text: str, *, memory: FeedMemory | None, scope: Scope) -> Split:
    """
    The document split by what `memory` knows; whole if there is no memory or it is not well-formed.
    """
    if memory is None:
        return Split(unknown_text=text, well_formed=False)
    root = _tree(text, lenient=False)
    if root is None:
        return Split(unknown_text=text, well_formed=False)
    places = _listed(root)
    seed = hashlib.sha256("\n".join((*scope, _context(root))).encode("utf-8", "replace"))
    known: list[SourceItem | None] = []
    digests: list[bytes] = []
    for element in places:
        digest = seed.copy()
        digest.update(etree.tostring(element, with_tail=False))
        digests.append(digest.digest())
        known.append(memory.find(digests[-1]))
    for element, item in zip(places, known, strict=True):
        if item is not None and (parent := element.getparent()) is not None:
            parent.remove(element)
    rest = etree.tostring(root, encoding="unicode")
    return Split(unknown_text=rest, well_formed=True, known=known, digests=digests, memory=memory)


def one_item_documents(text: str) -> list[str]:
    """
    The feed as one document for each of its items, for a parser that broke on the whole; empty: no items were found.
    """
    root = _tree(text, lenient=True)
    if root is None:
        return []
    hung = [(element, element.getparent()) for element in _listed(root)]
    for element, parent in hung:
        if parent is not None:
            parent.remove(element)
    documents: list[str] = []
    for element, parent in hung:
        if parent is not None:
            parent.append(element)
            documents.append(etree.tostring(root, encoding="unicode"))
            parent.remove(element)
    return documents


def _tree(text: str, *, lenient: bool) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=lenient)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _listed(root: etree._Element) -> list[etree._Element]:
    return [element for element in root.iter("{*}item", "{*}entry") if _is_listed(element)]


def _is_listed(element: etree._Element) -> bool:
    """
    Whether the item hangs where feeds hang theirs, and not inside another item.
    """
    parents = [etree.QName(parent).localname for parent in element.iterancestors() if isinstance(parent.tag, str)]
    return bool(parents) and not _ITEM_NAMES & set(parents)


def _context(root: etree._Element) -> str:
    """
    What outside an item bears on its meaning: the kind of document, its language and its base.
    """
    inherited = [root.tag if isinstance(root.tag, str) else ""]
    for element in root.iter("{*}language"):
        inherited.append(element.text or "")
        break
    for element in (root, *list(root)[:1]):
        inherited.extend(str(part) for pair in element.attrib.items() for part in pair)
    return "\n".join(inherited)
