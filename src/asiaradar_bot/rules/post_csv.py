"""Posts as CSV: read line by line with a sentence for what is wrong, and written so that no spreadsheet runs a cell."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post
from asiaradar_bot.rules.exporting import harmless
from asiaradar_bot.rules.lints import text_errors
from asiaradar_bot.rules.post_text import normalise
from asiaradar_bot.rules.when import read_when

MOST_BYTES = 150_000
MOST_LINES = 500
COLUMNS = ("id", "state", "text", "when", "class", "price_usd", "thread", "part", "article_url", "remote_id", "reason")
_HOW = "give it the columns text and when, the words as in Compose, «slot», or nothing for a draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvLine:
    """
    One line of an upload, judged.
    """

    number: int
    """As a spreadsheet counts: the heading is line 1."""
    text: str
    when: str
    marker: str
    """Made from the line itself, so that the same file brings nothing twice."""
    post_id: int | None = None
    """The post that the line says it is, from an export; None: a new one."""
    due_at: datetime | None = None
    """None for drafts, slots and lines that are wrong."""
    problem: str | None = None
    """Why it can't be taken, with how to mend it; None: it can."""

    @property
    def is_draft(self) -> bool:
        """
        Nobody said when: it is written down and waits for approval.
        """
        return self.when in {"", "draft"}

    @property
    def in_slot(self) -> bool:
        """
        It takes the newsroom's next free slot.
        """
        return self.when == "slot"


def read_lines(content: bytes, *, now: datetime, policy: Policy) -> list[CsvLine]:
    """
    The lines in order, each checked by the rules that Compose has.

    Raises:
        InputError: the whole can't be read: too large, not UTF-8, no heading with `text`, too many lines.
    """
    if len(content) > MOST_BYTES:
        raise InputError(f"the file is larger than {MOST_BYTES // 1000} kB: split it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the file is not in UTF-8: save it as «CSV UTF-8»") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
    try:
        heading = [(name or "").strip().casefold() for name in reader.fieldnames or []]
        if "text" not in heading:
            raise InputError(f"the first line has no column «text»: {_HOW}")
        reader.fieldnames = heading
        seen: Counter[str] = Counter()
        lines = []
        for number, row in enumerate(reader, start=2):
            lines.append(_line(row, number, seen, now=now, policy=policy))
            if len(lines) > MOST_LINES:
                raise InputError(f"the file has more than {MOST_LINES} lines: split it")
    except csv.Error as error:
        raise InputError(f"line {reader.line_num} of the file cannot be read ({error}): check its quotes") from error
    return lines


def write_csv(posts: Iterable[Post]) -> str:
    """
    The posts with a heading; what begins like a formula gets an apostrophe before it, which reading takes away.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for post in posts:
        row: Sequence[object] = (
            post.id,
            post.state,
            post.text,
            f"{post.published_at or post.due_at:%Y-%m-%dT%H:%M:%SZ}",
            post.news_class,
            post.price_usd,
            post.thread_id or "",
            post.part,
            post.article_url or "",
            post.remote_id or "",
            post.reason,
        )
        writer.writerow([harmless(str(cell)) for cell in row])
    return out.getvalue()


def _line(row: Mapping[str, object], number: int, seen: Counter[str], *, now: datetime, policy: Policy) -> CsvLine:
    text = normalise(_cell(row, "text"))
    when = " ".join(_cell(row, "when").split())
    name = _cell(row, "id").strip()
    when = when.casefold() if when.casefold() in {"slot", "draft"} else when
    state = _cell(row, "state").strip().casefold()
    if state in {"draft", "held"}:  # of an export: what waited for somebody there waits for somebody here
        when = "draft"
    key = f"{text}\x00{when}"
    seen[key] += 1
    marker = "c" + hashlib.sha256(f"{key}\x00{seen[key]}".encode()).hexdigest()[:16]
    post_id = int(name) if name.isdecimal() and len(name) < 15 else None  # noqa: PLR2004 - so many posts there are not
    problem, due_at = None, None
    if None in row:
        problem = "it has more cells than the heading: put texts with commas in quotes"
    elif errors := text_errors(text, policy):
        problem = "; ".join(errors)
    elif state not in {"", "draft", "held", "queued"}:
        problem = f"it is of a post that is {state}: empty its column «state» if it is to go out all the same"
    elif when not in {"", "draft", "slot"}:
        try:
            due_at = read_when(when, now=now, zone=policy.wording.zone)
        except InputError as error:
            problem = str(error)
    return CsvLine(number=number, text=text, when=when, marker=marker, post_id=post_id, due_at=due_at, problem=problem)


def _cell(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    text = value.replace("\r\n", "\n") if isinstance(value, str) else ""
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


def _delimiter(text: str) -> str:
    """
    What stands most often in the heading: spreadsheets of some countries write semicolons.
    """
    heading = text.partition("\n")[0]
    return max((",", ";", "\t"), key=heading.count)
