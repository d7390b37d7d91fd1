"""What an article says of its embargo is read where it is sure, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.policy import Policy, WordingChoices
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.embargoes import (
    embargo_word,
    facts_without_notice,
    find_embargo,
    without_notice,
)
from tests.factories import make_facts

NEAR = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
"""18:00 in Hong Kong."""
POLICY = Policy(wording=WordingChoices(zone="Asia/Hong_Kong"))


def end_of(title: str, body: str = "") -> datetime | None:
    """When the embargo that this headline speaks of ends."""
    found = find_embargo(replace(make_facts(title=title, summary=""), body=body), POLICY, near=NEAR)
    assert found is not None
    return found.ends_at


@pytest.mark.parametrize(
    ("title", "end"),
    [
        ("EMBARGOED until 07:01 HKT", "2026-11-28T23:01"),
        ("EMBARGOED until 07:01 HKT. The plan names 14 new lines", "2026-11-28T23:01"),
        ("EMBARGOED until 19:30 HKT on 28 November 2026: Manila", "2026-11-28T11:30"),
        ("EMBARGOED until 07:01", "2026-11-28T23:01"),
        ("EMBARGO: 00:01 GMT, 30 November", "2026-11-30T00:01"),
        ("Embargoed until 12.01am BST", "2026-11-28T23:01"),
        ("Embargoed till 7 a.m. SGT on Nov. 30", "2026-11-29T23:00"),
        ("Embargoed until 9:15 pm JST, December 1, 2026", "2026-12-01T12:15"),
        ("Embargoed until 0701 GMT on 1 Dec", "2026-12-01T07:01"),
        ("Embargoed until 2026-12-01 07:01 UTC+8", "2026-11-30T23:01"),
        ("Embargoed until 07:01 gmt", "2026-11-29T07:01"),
        ("Embargoed until 5:00 am EST", "2026-11-28T10:00"),
        ("EMBARGOED until 1 March 2030: Bangkok's Flood Gates", "2030-03-01T16:00"),
        ("EMBARGOED until 28 November: gates", "2026-11-28T16:00"),
        ("EMBARGOED until 17:30 HKT on 28 November: just over", "2026-11-28T09:30"),
        ("Embargoed until 2026-12-01T18:00Z", "2026-12-01T18:00"),
        ("Embargoed until 2026-12-01T18:00", "2026-12-01T10:00"),
        ("Embargoed until 2026-12-01T18:00:00.000-05:00", "2026-12-01T23:00"),
        ("Embargoed until 2026-12-01t18:00:30+0530", "2026-12-01T12:30:30"),
        ("Embargoed until 2026-12-01 18:00:00+08:00", "2026-12-01T10:00"),
        ("Embargo until 1 December 18:00:00 EST", "2026-12-01T23:00"),
        ("Embargo until 1 December (6pm)", "2026-12-01T10:00"),
        ("Gates hold (embargoed until 07:01 HKT) in rain", "2026-11-28T23:01"),
        ("EMBARGO: 00:01 GMT, 30 November — Gates hold", "2026-11-30T00:01"),
        ("禁发至2030年3月1日 07:01:大坝", "2030-02-28T23:01"),
        ("禁发至2030年3月1日07:01：大坝", "2030-02-28T23:01"),
        ("禁發至2030年3月1日07：01：水閘", "2030-02-28T23:01"),
        ("【2026年12月1日7時1分解禁】予算案", "2026-11-30T23:01"),
        ("엠바고 2026년 12월 1일 7시 1분: 예산", "2026-11-30T23:01"),
    ],
)
def test_an_end_is_read(title: str, end: str) -> None:
    """Times with their zone or in the newsroom's, days, months and years, in the scripts that the newsroom reads."""
    assert end_of(title) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "title",
    [
        "EMBARGOED: budget",
        "EMBARGOED until May: gates",
        "EMBARGOED until 07:01 CST",
        "EMBARGOED until 07:01 London time",
        "EMBARGOED until 07:01 Singapore",
        "EMBARGOED until 07:01 on Monday",
        "EMBARGOED until tomorrow 7am",
        "EMBARGOED until GMT 07:01",
        "EMBARGOED until 03/04/2026 07:01",
        "EMBARGOED until noon on 3 December",
        "EMBARGOED until 25:00 HKT",
        "EMBARGOED until 31 February 2027",
        "EMBARGOED until 13 pm HKT",
        "禁发至明天上午7点",
        "UN arms embargo of 2019 fails",
        "Embargoed. The talks began at 07:01 HKT",
        "EMBARGOED until 2030: gates",
        "EMBARGOED until March 2030: gates",
        "EMBARGOED until 27 November: over for long",
        "EMBARGOED until 15:00 HKT on 28 November: over for long",
        "EMBARGOED until 1 March 2090: gates",
        "EMBARGO UNTIL 1 DEC 1800",
        "Embargoed until 1 December 0600",
        "Embargoed until 0600 on 1 December",
        "Embargoed until 1800 on 1 December 2026",
        "Embargoed until 1 December 2026 at 1800",
        "Embargoed until 1 December 2026 HKT",
        "Embargo until 1 December 18h",
        "Embargo until 1 December, 18 Uhr",
        "Embargo until 1 December at 6 o'clock",
        "Embargo until 1 December, six pm",
        "Embargo until 1 December, 6 P.M",
        "Embargo until end of 1 December",
        "Embargo until after 1 December",
        "Embargo until 1 December, close of business",
        "Embargo until 1 December EOD",
        "Embargo between 9am and 6pm on 1 December",
        "Embargo until 30 November–1 December",
        "Embargo until 1 or 2 December",
        "Embargo until 1 December, New York, 18:00",
        "Embargo until 1 December 18:00 – New York",
        "Embargo until 1 December 18:00 and the US",
        "Embargo until 1 December 6pm on the US east coast",
        "Embargo until 1 December 18:00 EST+3",
        "Embargo until 1 December 18:00+20",
        "禁发至12月1日晚6点",
        "禁发至12月1日十八时",
        "禁发至美东12月1日18:00",
        "禁發至2030年3月1日07：01，紐約",
        "2026年12月1日7時1分解禁（紐約）",
        "Embargoed until 07:01 HKT; under embargo until 18h for print",
        "EMBARGOED UNTIL 23:30 HKT\nTUESDAY",
        "EMBARGOED UNTIL 23:30\n1 DECEMBER 2026",
        "EMBARGOED 23:30 HKT: Gates open on 1 December",
        "[EMBARGO 23:30 HKT] [1/12] Gates",
        "Embargoed until 23:30; 01-12-2026",
        "Embargoed until 23:30 HKT. To be out on the 1st",
        "For 1 December 2026; embargoed until 23:30",
        "Thu edition, embargoed until 07:01",
        "Embargoed until 23:30 HKT\n1 ธันวาคม",
        "12月1日发布，禁发至23时30分",
        "【12月1日】23時30分解禁",
        "翌日掲載、23時30分解禁",
        "12월 1일 조간부터 엠바고 18시",
        "Embargoed until 23:30 +1",
        "Embargoed until 23:30+1",
        "Embargoed until 1 December 09:00 HKT – 2 December 10:00 HKT",
        "Embargoed until 1 December 09:00 HKT | online 3pm",
        "Embargoed until 1 December 09:00 HKT\n2 December 10:00 HKT for broadcast",
        "Embargoed until 1 December 09:00 HKT — extended",
        "Embargoed until 1 December 09:00 HKT. Now extended to 3 December",
        "Embargoed until 1 December 09:00 HKT. Not for release before 3 December",
        "Embargoed until 1 December 09:00 HKT. The embargo is longer by two days",
        "Update: embargoed until 1 December 09:00 HKT",
        "禁发至2030年3月1日 07:01。现已延长",
    ],
)
def test_what_is_not_sure_is_unknown(title: str) -> None:
    """A zone with two meanings, a named day, an order of day and month that nobody knows: a person says when."""
    assert end_of(title) is None


def test_the_top_of_the_body_counts_only_with_its_hour() -> None:
    """A press release says it there; news about an embargo is no such thing."""
    assert end_of("EMBARGOED: gates", "x") is None
    facts = replace(make_facts(title="Gates", summary="Open."), body="EMBARGOED until 07:01 HKT.\nBANGKOK")
    found = find_embargo(facts, POLICY, near=NEAR)
    assert found is not None
    assert found.ends_at == datetime(2026, 11, 28, 23, 1, tzinfo=UTC)
    unsure = replace(facts, body="EMBARGOED until 18:00 HKT MANILA. It rains.")
    found = find_embargo(unsure, POLICY, near=NEAR)
    assert found is not None
    assert found.ends_at is None, "an hour that is not sure is no reason to forget the embargo"
    news = replace(facts, body="The arms embargo until 2030 was agreed.")
    assert find_embargo(news, POLICY, near=NEAR) is None


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("EMBARGOED 23:30 HKT: gates", "Strictly embargoed until 23:30 HKT, 1 December 2026."),
        ("EMBARGOED 23:30 HKT: gates", "MANILA, Tuesday. It rains."),
        ("Gates", "Tuesday 1 December 2026\nEmbargoed until 23:30 HKT\nThe gates open."),
        ("Gates", "EMBARGOED UNTIL 23:30 HKT\n1 DECEMBER 2026\nThe gates open."),
        ("EMBARGOED until 30 November 09:00 HKT: gates", "The embargo was extended by two days."),
        ("EMBARGOED until 30 November 09:00 HKT: gates", "Under embargo until Tuesday."),
    ],
)
def test_the_top_of_the_body_makes_an_end_unsure(title: str, body: str) -> None:
    """A day, or another word on the embargo, that stands under a headline with an hour: a person says when."""
    assert end_of(title, body) is None


def test_the_later_end_of_headline_and_body_counts() -> None:
    """A day in the body is later than the hour in the headline; a body that tells nothing of it changes nothing."""
    title = "EMBARGOED until 30 November 09:00 HKT: gates"
    assert end_of(title, "Embargoed until 3 December.") == datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
    assert end_of(title, "The arms embargo holds. 3.5 million came on Friday.") == datetime(2026, 11, 30, 1, tzinfo=UTC)


def test_an_end_is_measured_by_when_the_article_came() -> None:
    """Judged again after its end, an embargo has the end that it had; one long over when it came was misread."""
    facts, later = make_facts(title="Embargoed until 07:01 HKT on 29 November"), NEAR + timedelta(days=2)
    found = find_embargo(facts, POLICY, near=later, since=NEAR)
    assert found is not None
    assert found.ends_at == datetime(2026, 11, 28, 23, 1, tzinfo=UTC)
    found = find_embargo(facts, POLICY, near=later, since=later)
    assert found is not None
    assert found.ends_at is None


def test_the_latest_of_several_ends_counts() -> None:
    """Two lines that differ: none is broken by keeping the later."""
    assert end_of("Embargoed until 07:01 HKT; embargoed until 09:00 HKT") == datetime(2026, 11, 29, 1, 0, tzinfo=UTC)


def test_an_end_is_said_in_both_zones() -> None:
    """The newsroom's first, then UTC; in UTC once."""
    at = datetime(2026, 11, 28, 23, 1, tzinfo=UTC)
    assert in_both_zones(at, "Asia/Hong_Kong") == "2026-11-29 07:01 Hong Kong (2026-11-28 23:01 UTC)"
    assert in_both_zones(at, "UTC") == "2026-11-28 23:01 UTC"


NOTICES = [
    "EMBARGOED until 12:27 HKT on 29 November 2026. ",
    "EMBARGOED until 1 March 2030: ",
    "Embargoed until 7 a.m. SGT on Nov. 30: ",
    "[Embargoed until 2026-12-01 07:01 UTC+8] ",
    "Embargoed until 2026-12-01T18:00:00+08:00: ",
    "Embargoed until 2026-12-01T18:00Z - ",
    "STRICTLY EMBARGOED FOR RELEASE UNTIL 00:01 (GMT) on the 1st of December 2026 - ",
    "Under embargo until 07:01 HKT | ",
    "EMBARGO: 00:01 GMT, 30 November — ",
    "禁发至2030年3月1日 07:01：",
    "【禁發至2030年3月1日07:01】",
    "【2026年12月1日7時1分解禁】",
    "2026年12月1日7時1分 解禁：",
    "エンバーゴ：2026年12月1日7時1分。",
    "【エンバーゴ 2026年12月1日7時1分まで】",
    "엠바고 2026년 12월 1일 7시 1분: ",
    "[엠바고: 2026년 12월 1일 7시 1분까지] ",
]
RESTS = ["The plan names 14 new lines. It opens at 07:01 HKT on 1 May.", "大坝通过首次测试", "수문 첫 시험", "14 lines"]


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("rest", RESTS)
def test_a_notice_that_leads_is_left_out(notice: str, rest: str) -> None:
    """In English, Chinese, Japanese and Korean; the rest stays letter for letter, also if it begins with a figure."""
    assert without_notice(notice + rest, POLICY) == rest
    assert find_embargo(make_facts(title=notice + rest), POLICY, near=NEAR) is not None


@pytest.mark.parametrize(
    "text",
    [
        "EMBARGOED: budget", "EMBARGOED until May: gates", "EMBARGOED until 07:01 on Monday: gates",
        "EMBARGOED until 07:01 CST: gates", "Embargo until 2030 agreed by ministers: oil", "UN arms embargo of 2019: fails",
        "The embargo until 2030. It was agreed.", "Gates hold (EMBARGOED until 1 March 2030)", "禁发至明天上午7点：大坝",
        "EMBARGOED until 1 March 2030 Bangkok's gates", "Embargoes until 2030: a history", "禁运至2030年3月1日：石油",
        "EMBARGOED until 31 February 2027: gates", "2030: an embargo", "", "Rain",
    ],
)  # fmt: skip
def test_what_is_no_sure_notice_stays(text: str) -> None:
    """An end that is not sure, words of the news among it, a word elsewhere: nothing is taken away."""
    assert without_notice(text, POLICY) == text


@given(
    st.text(max_size=80),
    st.sampled_from(["", *NOTICES]),
    st.lists(
        st.sampled_from(["EMBARGOED", " until ", "07:01", " HKT", "a.m.", "Nov. 3", ": ", "禁发", "解禁", "至", "]"])
    ),
)
def test_the_rest_of_any_text_stays_untouched(text: str, notice: str, pieces: list[str]) -> None:
    """What is left is the end of what was there, and without a word for an embargo nothing goes."""
    whole = notice + "".join(pieces) + text
    left = without_notice(whole, POLICY)
    assert whole.endswith(left)
    if left != whole:
        assert embargo_word(whole[: len(whole) - len(left)], POLICY) is not None
    assert without_notice(whole, Policy(embargo_words=())) == whole


def test_the_post_leaves_the_notice_out() -> None:
    """Of headline, summary and the body that stands in for a summary; a headline that is only a notice stays."""
    notice = "EMBARGOED until 07:01 HKT."
    facts = replace(make_facts(title=f"{notice} Gates", summary=notice), body=f"{notice}\nManila opens. It rains.")
    told = facts_without_notice(facts, POLICY)
    assert (told.title, told.summary, told.body) == ("Gates", "", "Manila opens. It rains.")
    assert facts_without_notice(make_facts(title=notice), POLICY).title == notice


@pytest.mark.parametrize(
    "title",
    [
        "Hold for release: central bank of Laos raises rate",
        "[NOT FOR PUBLICATION] Draft: Macau tax plan",
        "NOT FOR RELEASE BEFORE 5PM: rates",
    ],
)
def test_notices_without_the_word_embargo_wait_for_a_person(title: str) -> None:
    """As agencies write them."""
    assert find_embargo(make_facts(title=title), POLICY, near=NEAR) is not None
