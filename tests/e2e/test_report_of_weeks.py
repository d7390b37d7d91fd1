"""Engagement and money, end to end: what reports, exports and costs say is what the local X says of its own posts."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from defusedxml import ElementTree
from selectolax.lexbor import LexborHTMLParser

from asiaradar_bot.model.engagement import Figures, Snapshot, SnapshotSource
from asiaradar_bot.rules.growth import figures_at
from asiaradar_bot.web.views.figures import number, percent, plain_dollars
from tests.adapters.news_site.local_server import serving
from tests.cli.test_commands import told
from tests.e2e.weeks import END, OUTAGE, Weeks, weeks
from tests.protocol.lives import fast_folder

DAY = timedelta(hours=24)
ZONE = ZoneInfo("Asia/Singapore")
RATES = ("impressions", "engagement_rate", "click_rate", "usd_per_1000", "usd_per_click")
Row = dict[str, Any]
Words = Callable[[float | None], str]


@pytest.fixture(scope="module")
def played() -> Iterator[Weeks]:
    """The weeks, played once for all tests here."""
    with fast_folder() as folder, pytest.MonkeyPatch.context() as patch, weeks(folder, patch) as found:
        yield found


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> list[Row]:
    """What a command says to programs."""
    return [json.loads(line) for line in told(capsys, *words).splitlines()]


def posts_of(capsys: pytest.CaptureFixture[str]) -> list[Row]:
    """The export of posts."""
    return rows(capsys, "export", "posts", "--format", "json")


def looks_of(capsys: pytest.CaptureFixture[str], played: Weeks) -> dict[str, list[Snapshot]]:
    """What X says that it told at each time at which the bot looked, by post; the export gives the times only."""
    found: dict[str, list[Snapshot]] = defaultdict(list)
    for row in rows(capsys, "export", "snapshots", "--format", "json"):
        at = datetime.fromisoformat(row["taken_at"])
        figures = Figures(**played.counts(row["id_on_x"], at))
        look = Snapshot(remote_id=row["id_on_x"], taken_at=at, source=SnapshotSource.TIMELINE, figures=figures)
        found[row["id_on_x"]].append(look)
    return found


def at_a_day(capsys: pytest.CaptureFixture[str], played: Weeks) -> dict[str, Figures | None]:
    """Each post's figures at 24 hours, from X's own numbers at the times of the looks."""
    looks = looks_of(capsys, played)
    return {
        post.id: figures_at(DAY, looks[post.id], created_at=post.created_at) for post in played.x.posts(deleted=True)
    }


def price_on_x(played: Weeks, remote_id: str) -> float:
    """What X's invoice says of sending this post."""
    return float(
        sum(
            line.amount_usd
            for line in played.x.invoice().lines
            if line.resource == remote_id and not line.what.endswith("_read")
        )
    )


def test_every_look_is_what_x_said(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """Each snapshot of the export equals X's own counts of that post at that time, figure by figure."""
    found = rows(capsys, "export", "snapshots", "--format", "json")
    assert len(found) > 300
    for row in found:
        told_by_x = played.counts(row["id_on_x"], datetime.fromisoformat(row["taken_at"]))
        assert {name: row[name] for name in told_by_x} == told_by_x, row
    assert {row["id_on_x"] for row in found} == {post.id for post in played.x.posts(deleted=True)}
    assert not any(OUTAGE[0] <= datetime.fromisoformat(row["taken_at"]) < OUTAGE[1] for row in found)


def test_the_figures_at_a_day_are_those_of_x(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The planner looked at each post when it was a day old; where X refused for two days, the looks around it count.
    """
    expected, exact, unknown = at_a_day(capsys, played), 0, set()
    for row in posts_of(capsys):
        wanted = expected[row["id_on_x"]]
        made_at = datetime.fromisoformat(row["created_at"])
        if wanted is None:
            unknown.add(row["id_on_x"])
            assert (row["impressions"], row["engagements"], row["link_clicks"]) == (None, None, None)
            continue
        assert (row["impressions"], row["engagements"]) == (wanted.impressions, wanted.engagements)
        assert row["link_clicks"] == wanted.link_clicks
        truth = played.counts(row["id_on_x"], made_at + DAY)["impressions"]
        exact += row["impressions"] == truth
        assert OUTAGE[0] <= made_at + DAY < OUTAGE[1] or row["impressions"] == truth
    assert exact >= 20
    young = [post.id for post in played.x.posts() if END - post.created_at < DAY]
    late = [row["id_on_x"] for row in posts_of(capsys) if row["id_on_x"] in unknown - {played.deleted.id, *young}]
    assert len(young) == 1
    assert len(late) >= 1
    assert all(
        datetime.fromisoformat(row["created_at"]) > OUTAGE[0] for row in posts_of(capsys) if row["id_on_x"] in late
    )
    assert unknown == {played.deleted.id, *young, *late}


def test_every_group_is_summed_up_from_what_x_says(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """Means, rates and dollars of each group equal those made of X's counts and X's invoice; n and interval beside."""
    expected, exported = at_a_day(capsys, played), {row["id_on_x"]: row for row in posts_of(capsys)}
    found = rows(capsys, "report", "--json")
    lines = [row for row in found if row["what"] == "group"] + [found[-1]]
    seen = defaultdict(set)
    for line in lines:
        ids = [
            one for one, row in exported.items() if line["what"] == "total" or group_of(row, line["by"]) == line["name"]
        ]
        seen[line.get("by", "total")].add(line["name"])
        assert_line(played, line, ids, expected)
    assert {name: len(names) for name, names in seen.items() if name not in {"hour", "weekday"}} == {
        "category": 6,  # four of the site's, none, by hand
        "class": 4,
        "template": 6,
        "language": 5,
        "total": 1,
    }
    assert len(seen["hour"]) >= 12
    assert len(seen["weekday"]) == 7


def group_of(row: Row, by: str) -> str:
    """In which group of a report this post of the export belongs."""
    made_at = datetime.fromisoformat(row["created_at"]).astimezone(ZONE)
    if by in {"hour", "weekday"}:
        return f"{made_at:%H}:00" if by == "hour" else f"{made_at:%A}"
    return "by hand on X" if row["post"] is None else row[by] or "none"


def assert_line(played: Weeks, line: Row, ids: Sequence[str], expected: dict[str, Figures | None]) -> None:
    """One line of the report, against X."""
    known = {one: figures for one in ids if (figures := expected[one]) is not None}
    linked = {one for one in known if played.x._state.find_post(one).links}  # type: ignore[union-attr]  # it is there
    assert (line["posts"], line["unknown"]) == (len(ids), len(ids) - len(known))
    assert line["deleted"] == (played.deleted.id in ids)
    views = {one: figures.impressions or 0 for one, figures in known.items()}
    assert line["impressions"]["n"] == line["engagement_rate"]["n"] == len(known)
    assert line["click_rate"]["n"] == len(linked)
    if known:
        assert line["impressions"]["value"] == pytest.approx(fmean(views.values()))
        acts = sum(figures.engagements or 0 for figures in known.values())
        assert line["engagement_rate"]["value"] == pytest.approx(acts / sum(views.values()))
    if linked:
        clicks = sum(known[one].link_clicks or 0 for one in linked)
        assert line["click_rate"]["value"] == pytest.approx(clicks / sum(views[one] for one in linked))
    else:
        assert line["click_rate"]["value"] is None
    paid = [one for one in ids if one not in played.made_by_hand]
    if paid:
        assert float(line["cost_usd"]) == pytest.approx(sum(price_on_x(played, one) for one in paid))
    else:
        assert line["cost_usd"] is None
    shown = [one for one in paid if one in known]
    if shown:
        thousand = 1000 * sum(price_on_x(played, one) for one in shown) / sum(views[one] for one in shown)
        assert line["usd_per_1000"]["value"] == pytest.approx(thousand)
    for name in RATES:
        rate = line[name]
        assert (rate["value"] is None) == (rate["n"] == 0 or rate["low"] is rate["value"] is None)
        if rate["n"] > 1 and rate["value"] is not None:
            assert rate["low"] <= rate["value"] <= rate["high"]
    assert line["thin"] == (len(known) < 10)


def test_the_terminal_shows_them(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """Each rate with its interval, n where it is not that of the line, a dash where nothing is known."""
    found = rows(capsys, "report", "--json", "--by", "category")
    page = told(capsys, "report", "--by", "category")
    total = found[-1]
    assert f"{total['posts']} posts, figures known of {total['posts'] - total['unknown']}, 1 gone from X" in page
    assert f"impressions of a post {interval(total['impressions'], number)}, usual" in page
    assert f"engagement {interval(total['engagement_rate'], percent)}; clicks" in page
    clicks = interval(total["click_rate"], percent)
    assert f"clicks {clicks[:-1]}, n {total['click_rate']['n']})" in " ".join(page.split())
    engaged, clicked = (total[name] for name in ("engagements_per_usd", "clicks_per_usd"))
    assert engaged["value"] > clicked["value"] > 0
    said = f"a dollar brought {interval(engaged, number)[:-1]}, n {engaged['n']}) engagements and"
    assert f"{said} {interval(clicked, number)[:-1]}, n {clicked['n']}) clicks" in " ".join(page.split())
    for line in (row for row in found if row["what"] == "group"):
        (shown,) = [one for one in page.splitlines() if one.startswith(f"{line['name']} ")]
        assert number(line["impressions"]["value"]) in shown
        assert percent(line["engagement_rate"]["value"]) in shown
        assert percent(line["click_rate"]["value"]) in shown
        assert number(line["engagements_per_usd"]["value"]) in shown
        assert number(line["clicks_per_usd"]["value"]) in shown
    (by_hand,) = [one for one in page.splitlines() if one.startswith("by hand on X")]
    assert by_hand.count("—") == 4  # money
    (none,) = [one for one in page.splitlines() if one.startswith("none ")]
    assert "3 (1)" in none
    assert played.deleted.text not in page


def interval(rate: Row, words: Words) -> str:
    """A rate as reports word it."""
    return f"{words(rate['value'])} ({words(rate['low']).removesuffix(' %')} to {words(rate['high'])})"


def test_the_page_shows_them(played: Weeks, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Every group of every grouping with n, figure and interval; the day of the unknown post is a gap, not a zero."""
    found = rows(capsys, "report", "--json")
    file = tmp_path / "report.html"
    told(capsys, "report", "--html", str(file))
    tree = LexborHTMLParser(file.read_text(encoding="utf-8"))
    shown: dict[str, list[list[str]]] = {}
    for row in tree.css("table.groups tbody tr"):
        cells = [" ".join(cell.text().split()) for cell in row.css("th, td")]
        shown.setdefault(cells[0], []).append(cells)
    lines = [row for row in found if row["what"] == "group"]
    assert len(lines) > 30
    for line in lines:
        known = line["posts"] - line["unknown"]
        posts = f"{line['posts']}" if known == line["posts"] else f"{line['posts']} ({known})"
        wanted = [posts + (" gone: 1" if line["deleted"] else "")]
        wanted += [cell(line["impressions"], number, known), cell(line["engagement_rate"], percent, known)]
        wanted += [cell(line["click_rate"], percent, known), plain_dollars(as_decimal(line["cost_usd"]))]
        wanted += [cell(line[name], plain_dollars, known) for name in ("usd_per_1000", "usd_per_click")]
        wanted += [cell(line[name], number, known) for name in ("engagements_per_usd", "clicks_per_usd")]
        assert any([one[1], one[2], *one[5:]] == wanted for one in shown[line["name"]]), (line["name"], wanted)
    gaps = [title.text() for title in tree.css(".days .gap title")]
    assert gaps == [f"{played.x.posts()[-1].created_at.astimezone(ZONE):%a %-d %b}: — impressions, 1 post"]


def cell(rate: Row, words: Words, known: int) -> str:
    """A cell of the page: figure, interval, and n where it is not that of the line."""
    if rate["value"] is None:
        return "—"
    alone = "" if rate["low"] is None else f" {words(rate['low']).removesuffix(' %')} to {words(rate['high'])}"
    return words(rate["value"]) + alone + (f" n {rate['n']}" if rate["n"] != known else "")


def as_decimal(text: str | None) -> Decimal | None:
    """A decimal of JSON."""
    return None if text is None else Decimal(text)


@pytest.mark.parametrize("what", ["posts", "snapshots", "costs"])
def test_all_exports_say_the_same(played: Weeks, capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str) -> None:
    """CSV, JSON and workbook hold the same cells; what nobody knows is empty in each, never 0."""
    assert played.x.posts()
    told(capsys, "export", what, "--format", "csv", "--to", str(tmp_path / "x.csv"))
    told(capsys, "export", what, "--format", "xlsx", "--to", str(tmp_path / "x.xlsx"))
    lines = rows(capsys, "export", what, "--format", "json")
    texts = [["" if value is None else str(value) for value in row.values()] for row in lines]
    table = list(csv.reader(io.StringIO((tmp_path / "x.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert table == [list(lines[0]), *texts]
    sheet = workbook(tmp_path / "x.xlsx")
    assert sheet[0] == list(lines[0])
    assert [[plain(text) for text in row] for row in sheet[1:]] == [[plain(text) for text in row] for row in texts]
    assert any("" in row for row in texts) or what == "snapshots"


def workbook(file: Path) -> list[list[str]]:
    """The cells of the first sheet, empty ones as empty words."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(file) as book:
        shared = ["".join(one.itertext()) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    table = []
    for row in sheet.iter(f"{space}row"):
        cells: dict[int, str] = {}
        for one in row:
            place = ord(one.attrib["r"][0]) - ord("A")
            value = one.findtext(f"{space}v") or ""
            cells[place] = shared[int(value)] if one.attrib.get("t") == "s" else value
        table.append(cells)
    return [[cells.get(place, "") for place in range(max(table[0]) + 1)] for cells in table]


def plain(text: str) -> str | float:
    """A cell without what its form adds: times become days of a workbook, numbers floats, line ends bare."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", text):
        since = datetime.fromisoformat(text) - datetime.fromisoformat("1899-12-30T00:00:00Z")
        return round(since / timedelta(days=1), 6)
    if text in {"True", "False"}:
        return float(text == "True")
    return round(float(text), 6) if re.fullmatch(r"\d+\.\d+|\d{1,15}", text) else text


def test_the_ledger_is_the_invoice(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each month and kind `costs` says what X bills, to the last cent; the export of the ledger sums up to it too."""
    for day in (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), END):
        with at_time(played, day):
            found = rows(capsys, "costs", "--json")
        billed = played.billed(day.month)
        kinds = [row for row in found if row.get("state", "released") != "released"]
        assert {row["what"]: micro(row["amount_usd"]) for row in kinds} == billed
        assert {row["state"] for row in kinds} == {"settled"}
        assert micro(found[-1]["amount_usd"]) == sum(billed.values())
        assert micro(found[-1]["exposure_usd"]) == 0
        posts = sum(micro(row["amount_usd"]) for row in found if row["what"] == "class")
        assert posts == sum(amount for what, amount in billed.items() if not what.endswith("_read"))
    entries = rows(capsys, "export", "costs", "--format", "json")
    owed = sum(micro(row["amount_usd"]) for row in entries if row["state"] != "released")
    assert owed == sum(played.billed().values()) == played.x.invoice().total_usd * 1_000_000
    total = rows(capsys, "report", "--json")[-1]
    reads = sum(amount for what, amount in played.billed().items() if what.endswith("_read"))
    assert micro(total["reads_usd"]) == reads
    assert micro(total["cost_usd"]) + reads == owed


def test_a_story_posted_by_hand_is_not_posted_again(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """The bot skips it, says by which post, and measures that one like its own."""
    url = played.forestalled.links[0]
    why = told(capsys, "articles", "why", url)
    assert "A post on X already leads to it" in why
    assert played.forestalled.id in why
    assert url in told(capsys, "articles", "list", "--limit", "1000")
    assert [post.id for post in played.x.posts() if url in post.text] == [played.forestalled.id]
    (row,) = [row for row in posts_of(capsys) if row["id_on_x"] == played.forestalled.id]
    assert row["impressions"] == played.counts(row["id_on_x"], played.forestalled.created_at + DAY)["impressions"]


def test_a_replay_of_the_weeks_changes_nothing(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """Every decision, text, time and price comes out as it did; under another policy each difference is named."""
    said = told(capsys, "replay", "--since", "2026-11-01")
    assert re.fullmatch(
        r"2\d decisions since 2026-10-31 16:00:00 UTC \(2026-11-01 00:00 Singapore\) made again: nothing differs\.\n",
        said,
    )
    policy = played.folder / "policy.toml"
    text = (Path("config") / "policy.toml").read_text(encoding="utf-8")
    policy.write_text(text.replace('categories = ["Opinion"]', 'categories = ["Tech"]'), encoding="utf-8")
    *differences, summary = rows(capsys, "replay", "--since", "2026-11-01", "--policy", str(policy), "--json")
    assert len(differences) == summary["differing"] == 5  # the sixth was forestalled
    assert [row["changes"]["verdict"] for row in differences] == [["auto", "hold"]] * 5


# Apprise looks for a module of old Pythons when it loads its plugins.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_digest_goes_out_and_is_kept(
    played: Weeks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Yesterday and the week before reach people through apprise, and a folder, with X's own figures and money."""
    with another_database(played, monkeypatch, tmp_path), serving() as server:
        server.on("/notify", "{}", content_type="application/json")
        monkeypatch.setenv("ASIARADAR_ALERTS__URLS", f'["json://127.0.0.1:{server.port}/notify"]')
        monkeypatch.setenv("ASIARADAR_DIGEST__DAILY_AT", "08:00")
        monkeypatch.setenv("ASIARADAR_DIGEST__WEEKLY_AT", "08:00")
        monkeypatch.setenv("ASIARADAR_DIGEST__FOLDER", str(tmp_path / "digests"))
        with at_time(played, datetime(2026, 11, 16, 1, tzinfo=UTC)):
            told(capsys, "tick", "digest")
            told(capsys, "tick", "notify")
        got = [json.loads(text.partition("\n\n")[2].encode("latin-1").decode()) for text in server.requests]
    texts = {one["title"]: one["message"] for one in got if "2026" in one["title"] or "week" in one["title"]}
    assert sorted(path.name for path in (tmp_path / "digests").iterdir()) == [
        "2026-11-16-daily.txt",
        "2026-11-16-weekly.txt",
    ]
    since, until = (datetime.fromisoformat(f"2026-11-{day:02}T16:00:00+00:00") for day in (8, 15))
    sent = [post for post in played.x.posts(deleted=True) if since <= post.created_at < until]
    spent = sum(line.amount_usd for line in played.x.invoice().lines if since <= line.at < until)
    (weekly,) = [text for title, text in texts.items() if "week of" in title]
    assert weekly.strip() == (tmp_path / "digests" / "2026-11-16-weekly.txt").read_text(encoding="utf-8").strip()
    assert f"{len(sent)} posts went out (2 breaking, 2 by hand)" in weekly
    assert f"Money: {spent:.2f} USD that week." in weekly


def test_old_snapshots_go_and_reports_stay(
    played: Weeks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With `storage.snapshot_days` only the last look at an old post stays; reports, exports and costs say the same."""
    with another_database(played, monkeypatch, tmp_path):
        span = ("--since", "2026-11-01", "--until", "2026-12-31")
        asked = (("report", "--json", *span), ("export", "posts", *span), ("export", "costs", *span))
        before = [told(capsys, *words) for words in asked]
        looks = rows(capsys, "export", "snapshots", "--format", "json", *span)
        monkeypatch.setenv("ASIARADAR_STORAGE__SNAPSHOT_DAYS", "60")
        with at_time(played, END + timedelta(days=53)):
            told(capsys, "tick", "prune")
        left = rows(capsys, "export", "snapshots", "--format", "json", *span)
        after = [told(capsys, *words) for words in asked]
    old = {post.id for post in played.x.posts(deleted=True) if post.created_at < END - timedelta(days=7)}
    assert [row for row in left if row["id_on_x"] not in old] == [row for row in looks if row["id_on_x"] not in old]
    last = {row["id_on_x"]: row for row in looks if row["id_on_x"] in old}
    assert {row["id_on_x"]: row for row in left if row["id_on_x"] in old} == last
    assert len(left) < len(looks) / 5
    assert after[1:] == before[1:]
    assert without_curves(after[0]) == without_curves(before[0])


def without_curves(report: str) -> list[Row]:
    """The report but for the curves of the best posts, which are made of snapshots."""
    return [{**json.loads(line), "curve": None} for line in report.splitlines()]


@contextmanager
def at_time(played: Weeks, now: datetime) -> Iterator[None]:
    """Commands are given then."""
    played.clock.instant, before = now, played.clock.instant
    try:
        yield
    finally:
        played.clock.instant = before


@contextmanager
def another_database(played: Weeks, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """Commands work on a copy, so that the next test finds the weeks as they were."""
    with closing(sqlite3.connect(played.folder / "bot.db")) as old, closing(sqlite3.connect(folder / "bot.db")) as new:
        old.backup(new)
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", f"sqlite:///{folder}/bot.db")
    monkeypatch.setenv("ASIARADAR_STORAGE__FOLDER", str(folder))
    yield
    monkeypatch.undo()


def micro(usd: str) -> int:
    """Micro-dollars."""
    return round(float(usd) * 1_000_000)


def test_x_counts_the_reads_that_we_count(played: Weeks, capsys: pytest.CaptureFixture[str]) -> None:
    """`costs --usage` puts X's own count of posts read beside ours: day by day the same."""
    with at_time(played, datetime(2026, 11, 16, 12, tzinfo=UTC)):
        found = [row for row in rows(capsys, "costs", "--usage", "--json") if row["what"] == "usage"]
    assert sum(row["x_counts"] for row in found) > 20
    assert [row["x_counts"] for row in found] == [row["we_count"] for row in found]
