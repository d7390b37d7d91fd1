"""report and export as a person types them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot.storage.store import SqlStore
from tests.cli.test_commands import settings, told
from tests.ready import ready_file
from tests.reports.seeded import seed_posts

__all__ = ["settings"]


@pytest.fixture
def seeded(tmp_path: Path) -> Path:
    """A month of posts, one with a hostile text."""
    store = SqlStore(ready_file(tmp_path), account="AsiaRadar", backups=tmp_path)
    seed_posts(store, now=datetime.now(UTC), count=110, text="=cmd <img src=x onerror=alert(1)> story {number}")
    store.close()
    return tmp_path


@pytest.mark.usefixtures("seeded")
def test_the_report_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures with their intervals, groups, a sparkline; every grouping that is asked for."""
    page = told(capsys, "report", "--days", "20", "--by", "hour", "--by", "category")
    assert re.search(r"^(79|80) posts, figures known of", page, re.MULTILINE)
    assert "▆" in page or "█" in page
    assert "politics" in page
    assert re.search(r"\d\d:00", page)
    assert re.search(r"\d to \d", page)


@pytest.mark.usefixtures("seeded")
def test_the_report_on_posts_that_are_too_young(capsys: pytest.CaptureFixture[str]) -> None:
    """It says why there are no figures and how to choose a younger age; where there are some it does not."""
    page = told(capsys, "report", "--days", "10", "--age", "28d")
    assert "figures known of 0" in page
    assert "no post has figures at 28 days yet" in page
    assert "`--age 1h` compares younger ones" in page
    assert "no post has figures" not in told(capsys, "report", "--days", "10", "--age", "1h")


@pytest.mark.usefixtures("seeded")
def test_the_report_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line is an object; the last one is the total, with n beside every figure."""
    rows = [json.loads(row) for row in told(capsys, "report", "--json").splitlines()]
    assert {row["what"] for row in rows} == {"group", "day", "hour", "slot hour", "best", "baseline", "total"}
    assert rows[-1]["what"] == "total"
    assert rows[-1]["impressions"]["n"] > 50
    assert rows[-1]["age"] == "24h"


@pytest.mark.usefixtures("seeded")
def test_the_report_as_a_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One file that fetches nothing and runs nothing, whatever a text holds."""
    file = tmp_path / "report.html"
    assert "posts" in told(capsys, "report", "--html", str(file))
    page = file.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert re.findall(r'(?:src|href)="(?!https://x\.com/)[^"#]*"', page) == []
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.usefixtures("seeded")
def test_exports(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Posts, snapshots and costs in three forms; the file is there whole, and says how many rows it has."""
    for what in ("posts", "snapshots", "costs"):
        for form in ("csv", "json", "xlsx"):
            file = tmp_path / f"{what}.{form}"
            said = told(capsys, "export", what, "--format", form, "--to", str(file), "--days", "10")
            assert re.search(r": [1-9]\d* rows", said), said
            assert file.stat().st_size > 100
    assert "'=cmd" in (tmp_path / "posts.csv").read_text(encoding="utf-8-sig")
    assert list(tmp_path.glob("*.part")) == []


def test_nothing_to_report_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without posts there is one sentence and no error."""
    assert told(capsys, "report", "--since", "2020-01-01", "--until", "2020-01-02").startswith("no posts in these days")
    page = tmp_path / "empty.html"
    told(capsys, "report", "--html", str(page))
    assert "No posts of these days are followed yet" in page.read_text(encoding="utf-8")
    assert "only the heading" in told(capsys, "export", "posts", "--to", str(tmp_path / "x.csv"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "--days", "0"], "0 days make no span"),
        (["report", "--age", "2h"], "choose one of 1h"),
        (["report", "--since", "tuesday"], "is no day"),
        (["report", "--html", "/nowhere/at/all.html"], "/nowhere/at/all.html"),
        (["export", "posts", "--format", "pdf"], "choose csv, json or xlsx"),
        (["export", "posts", "--format", "xlsx"], "name its file"),
        (["export", "posts", "--to", "/nowhere/at/all.csv"], "the file /nowhere/at/all.csv can't be written: No such"),
    ],
)
def test_bad_input_gets_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    """Exit code 1 and what to mend."""
    assert words in told(capsys, *arguments, code=1)


def test_young_posts_are_counted_and_not_judged(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Posts of the last hours have no figures at 24 hours: the report says how many are known."""
    store = SqlStore(ready_file(tmp_path), account="AsiaRadar", backups=tmp_path)
    seed_posts(store, now=datetime.now(UTC), count=6, every=timedelta(hours=1))
    store.close()
    page = told(capsys, "report")
    assert "6 posts, figures known of 0" in page
    assert "too few" in page


@pytest.fixture
def learnt(tmp_path: Path) -> None:
    """A quarter of posts each four hours: those of 08:00 UTC do better, and the short wording does a little."""
    store = SqlStore(ready_file(tmp_path), account="AsiaRadar", backups=tmp_path)
    seed_posts(
        store,
        now=datetime.now(UTC).replace(hour=12, minute=0),
        count=540,
        every=timedelta(hours=4),
        reach=lambda number, at: 1000 * (1.9 if at.hour == 8 else 1.0) * (1.15 if number % 4 == 1 else 1.0),
        variant=lambda number: ("original", "short")[number % 4 == 1] if number > 330 else None,
    )
    store.close()


@pytest.mark.usefixtures("learnt")
def test_slots_that_were_learnt(capsys: pytest.CaptureFixture[str]) -> None:
    """Each hour with its posts, days and interval; what can be said of it, and of the slots that stand there now."""
    page = told(capsys, "report", "--slots")
    assert re.search(r"(?m)^16:00\s+\d+\s+\d+\s+[\d,]+\s+[\d,]+ to [\d,]+\s+\+\d+ % above", page)
    assert "above usual: 16:00" in page
    assert "intervals hold the truth in 19 of 20 cases for all 6 judged hours" in " ".join(page.split())
    rows = [json.loads(row) for row in told(capsys, "report", "--slots", "--json").splitlines()]
    assert {row["what"] for row in rows} == {"slot hour", "slots"}


@pytest.mark.usefixtures("learnt")
def test_variants_beside_their_template(capsys: pytest.CaptureFixture[str]) -> None:
    """Both sides with n and interval, the difference, and a sentence that does not crown a winner by itself."""
    page = told(capsys, "report", "--days", "30", "--by", "variant")
    assert "article, short" in page
    assert re.search(r"n \d+", page)
    assert "more than the original" in page or "not told apart" in page
    assert "one looks as if it did" in " ".join(page.split())


@pytest.mark.usefixtures("seeded")
def test_too_little_teaches_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it has and what it needs."""
    assert "it begins to speak at 200 posts over 28 days" in told(capsys, "report", "--slots")
    assert "[variants] in the policy switches them on" in " ".join(told(capsys, "report", "--by", "variant").split())
