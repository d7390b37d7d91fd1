"""Files of posts: judged line by line, written only after a yes, never twice, and exported so that nothing runs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.errors import AccessError, InputError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.rules.post_csv import write_csv
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.imports import Importer
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON
from tests.fakes.outside import FakeClock

FILE = """text,when
Ferries run again,in 2 h
"Two lines,
and a comma",slot
Nobody said when,
See README.md,now
Fine,yesterday 9am
Ferries run again,in 2 h
"""


def importer(store: SqlStore, clock: FakeClock | None = None, role: Role = Role.EDITOR) -> Importer:
    """An editor's."""
    person = Person(who="desk:mei", role=role)
    return Importer(store=store, clock=clock or FakeClock(), policy=Policy(), prices=PRICES, person=person)


def stored(store: SqlStore) -> list[Post]:
    """All posts, oldest first."""
    with store.read() as tx:
        return sorted(tx.posts.list_posts(), key=lambda post: post.id)


def test_each_line_is_judged_and_nothing_is_written(store: SqlStore) -> None:
    """Wrong lines are named by the spreadsheet's number, with how to mend them."""
    planned = importer(store).plan(FILE.encode())
    assert [one.line.number for one in planned] == [2, 3, 4, 5, 6, 7]
    assert [one.fate.value for one in planned] == ["new", "new", "new", "wrong", "wrong", "new"]
    assert "not meant" in (planned[3].line.problem or "")
    assert "is over" in (planned[4].line.problem or "")
    assert stored(store) == []


def test_the_same_file_brings_nothing_twice(store: SqlStore) -> None:
    """Not later either, when its words mean other times; a line that stands there twice is two posts."""
    clock = FakeClock()
    done = importer(store, clock).bring_in(FILE.encode())
    assert [(post.text, post.state, post.in_slot) for post in stored(store)] == [
        ("Ferries run again", PostState.QUEUED, False),
        ("Two lines,\nand a comma", PostState.QUEUED, True),
        ("Nobody said when", PostState.DRAFT, False),
        ("Ferries run again", PostState.QUEUED, False),
    ]
    clock.advance(hours=30)
    again = importer(store, clock).bring_in(FILE.replace("\n", "\r\n").encode("utf-8-sig"))
    assert [one.fate.value for one in again] == ["known", "known", "known", "wrong", "wrong", "known"]
    assert [one.post_id for one in again] == [one.post_id for one in done]
    assert len(stored(store)) == 4


def test_a_file_sends_at_once_only_for_a_publisher(store: SqlStore) -> None:
    """For an editor a line of «now» is wrong in the plan and afterwards, with the way to go on; other lines come in."""
    content = b"text,when\nFerries,now\nBoats,in 2 h\n"
    for judged in (importer(store).plan(content), importer(store).bring_in(content)):
        assert [one.fate.value for one in judged] == ["wrong", "new"]
        assert "desk:mei may not send at once: give it a time that is 5 minutes ahead" in (judged[0].line.problem or "")
    assert [post.text for post in stored(store)] == ["Boats"]
    importer(store, role=Role.PUBLISHER).bring_in(content)
    assert [post.text for post in stored(store)] == ["Boats", "Ferries"]


def test_an_export_is_known_again_and_runs_nothing(store: SqlStore) -> None:
    """A text like a formula is guarded in the file, and comes back as it was."""
    importer(store).bring_in(b'text;when\n"=1+1 is two";\n-5 degrees in Seoul;\n')
    posts = stored(store)
    assert posts[0].text == "=1+1 is two"
    exported = write_csv(posts)
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [row["text"] for row in rows] == ["'=1+1 is two", "'-5 degrees in Seoul"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert {one.fate.value for one in importer(store).plan(exported.encode())} == {"known"}


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        ("1001,Christmas,2026-12-24 18:00,", NOON + timedelta(days=30, hours=6)),
        ("1001,Christmas,2026-12-24 18:00,queued", NOON + timedelta(days=30, hours=6)),
        ("1001,Christmas,2026-12-24 18:00,held", PostState.DRAFT),
        ("1001,Christmas,2026-12-24 18:00,cancelled", "of a post that is cancelled: empty its column «state»"),
        ("1001,Christmas,when hell freezes over,", "«when hell freezes over»"),
        ("1001,Christmas,2026-01-24 18:00,published", "of a post that is published"),
        ("1,Christmas,2026-12-24 18:00,", "post 1 has another text: a file changes no posts"),
    ],
)
def test_a_line_with_a_number_of_elsewhere_keeps_its_time(store: SqlStore, line: str, fate: object) -> None:
    """An own numbering, or an export of another bot: new with its time, waiting, or refused; never out at once."""
    importer(store).bring_in(b"text,when\nFerries,\n")
    (done,) = importer(store, role=Role.PUBLISHER).bring_in(f"id,text,when,state\n{line}\n".encode())
    if type(fate) is str:
        assert fate in (done.line.problem or "")
        assert [post.text for post in stored(store)] == ["Ferries"]
    else:
        post = stored(store)[-1]
        assert fate in (post.due_at, post.state)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no column"),
        (b"words,when\nx,now\n", "no column"),
        (b"text\n\xff\xfe\n", "UTF-8"),
        (b"text\n" + b"x" * 150_001, "larger than"),
        (b"text\n" + b"x\n" * 501, "more than 500"),
        (b'text\n"never closed\n', "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(store: SqlStore, content: bytes, why: str) -> None:
    """What is wrong, and nothing is written."""
    with pytest.raises(InputError, match=why):
        importer(store).bring_in(content)
    assert stored(store) == []


def test_a_torn_line_is_named(store: SqlStore) -> None:
    """More cells than the heading has: a comma outside quotes."""
    (one,) = importer(store).plan(b"text,when\nOne, two,now\n")
    assert "more cells" in (one.line.problem or "")


def test_a_viewer_brings_nothing(store: SqlStore) -> None:
    """Writing needs an editor."""
    with pytest.raises(AccessError):
        importer(store, role=Role.VIEWER).plan(FILE.encode())
