"""The Desk in every language: nothing is left untranslated, no placeholder is lost, and every page says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action, Role
from asiaradar_bot.model.article import ArticleState, Facts
from asiaradar_bot.model.decision import NewsClass, Verdict
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.outcome import AnswerClass
from asiaradar_bot.model.post import PostState
from asiaradar_bot.web.forms import Forms
from asiaradar_bot.web.telling import telling
from asiaradar_bot.web.words import FACTS, LANGUAGES, NAMES, RIGHTS, language_of, translations
from scripts.translations import TRANSLATED, extract, file_of, ids_of, missing, read, strings_of, written
from tests.reports.seeded import seed_posts
from tests.web.corrected import changed_article
from tests.web.desk import ROOT, browser, desk_app, visitor
from tests.web.left_over import english_on
from tests.web.test_browser import PAGES, PHONE, entered

_PLACE = re.compile(r"%\(\w+\)[sd]|%%")
QUEUE = {"en": "Queue", "zh_Hans": "队列", "zh_Hant": "佇列", "ja": "キュー", "ko": "대기열"}
AT = datetime(2026, 11, 24, 11, 5, 9, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A Desk with a held and two queued posts, an article that changed after its post, and posts with figures."""
    with desk_app(tmp_path) as made:
        editor = made.editor(ROOT)
        later = made.clock.now() + timedelta(hours=1)
        editor.hold(editor.add(["Held for a look"], due_at=later)[0].id, why="the desk wants to look")
        editor.add(["Goes out next"], due_at=later)
        editor.add(["And this one later"], due_at=later + timedelta(hours=1))
        changed_article(made, title="Port Handled 8.9 Million Containers")
        seed_posts(made.store, now=made.clock.now(), count=12, every=timedelta(hours=12))
        yield made


def test_every_sentence_of_the_pages_is_translated() -> None:
    """What pages say stands in every catalogue; if not, `python -m scripts.translations update` shows what to fill."""
    assert missing(extract()) == {language: [] for language in TRANSLATED}


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_kept(language: str) -> None:
    """A translation fills in exactly what its sentence does, and the file is as the script writes it."""
    for message in read(language):
        if message.id:
            places = sorted(_PLACE.findall(ids_of(message)[-1]))
            assert [sorted(_PLACE.findall(one)) for one in strings_of(message)] == [places], message.id
    assert file_of(language).read_bytes() == written(read(language))


def test_a_missing_sentence_is_found() -> None:
    """A sentence that no catalogue has is named for every language."""
    found = extract()
    found.add("A sentence that nobody wrote")
    assert missing(found) == {language: ["A sentence that nobody wrote"] for language in TRANSLATED}


def test_a_missing_count_is_found() -> None:
    """So is a sentence that counts, whose translation stands in the catalogue as a list of empty ones."""
    found = Catalog()
    message = found.add(("%(number)s thing", "%(number)s things"))
    assert strings_of(message) == ("", "")
    assert missing(found) == {language: ["%(number)s thing"] for language in TRANSLATED}


_NOT_SAID = {
    "zh_Hant": "釋出 程式碼 當前 會話 點讚 繫結 模板 編輯臺 列表 訪問 用戶 默認 鏈接 帖 賬 “ ”",
    "zh_Hans": "帳 貼 「 」 默認 连结 档案 权杖",
    "ja": "您 「。」",
    "ko": "。 ，",
}
"""Words of the mainland in the catalogue of Taiwan and Hong Kong, and signs of another language."""


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_language_has_its_own_words(language: str) -> None:
    """No catalogue has words or signs that were converted from, or left of, its neighbour."""
    for message in read(language):
        said = "\n".join(strings_of(message)) if message.id else ""
        assert not [word for word in _NOT_SAID[language].split() if word in said], said
        if language != "ko":
            assert not re.search(r"[\u4e00-\u9fff][,;?!]|[\u4e00-\u9fff]:(?!//)", said), said


@pytest.mark.parametrize("kind", [Role, PostState, Verdict, NewsClass, ArticleState, AnswerClass])
def test_names_in_data_have_words(kind: type[StrEnum]) -> None:
    """Every role, state, verdict, class and answer that a page shows is among the names that are translated."""
    assert {one.value for one in kind} <= NAMES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_it(app: App, language: str) -> None:
    """Each page says its language and direction, has its words, and none of the English ones of the rail."""
    client = browser(app, visitor(language=language))
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert f'<html lang="{language.replace("_", "-")}" dir="ltr">' in answer.text, path
        assert f"<span>{QUEUE[language]}</span>" in answer.text, path
        assert ("<span>Queue</span>" in answer.text) == (language == "en"), path


_DATA = (
    "the desk wants to look",
    "Held for a look",
    "Goes out next",
    "And this one later",
    "Port Handled 8.9 Million Containers",
    "Port Handled 9.8 Million Containers",
    "ferries run again between Keelung and Matsu",
    "the desk marked it as breaking",
    "opinion is posted by hand",
    "advertising is not posted",
    "opinion waits",
    "breaking news",
    "just in",
    "sponsored content",
    "paid content",
    "evergreen story",
)
"""Texts of the posts and of the rules in these tests, longest ones of their kind first."""
_NAMES_AT = {
    "/": "Story test",
    "/queue/import": "text when slot",
    "/find": "Story",
    "/posts": "Story test tomorrow am",
    "/articles": "test latest",
    "/compose": "tomorrow am friday in",
    "/rules": "breaking sponsored evergreen Opinion advertorial explainer zh ja cjk",
    "/templates": "article breaking cjk evergreen",
    "/results": "Story article business culture politics en zh",
    "/doctor": "production DELETE article breaking cjk evergreen",
    "/sources": "latest home sitemap sources",
    "/settings": "STOP MB live dry run sandbox none true false seed post requeue unknown hold adopt admins everyone nobody "
    "https mailto whsec Web mon sun procrastinate ha costs Proto Policy stderr DEBUG INFO WARNING ERROR USER NAME epoch backups postgresql",
    "/programs": "https post",
}
"""Names in these tests' data that stand on pages of that address."""
WRONG = ("/posts/abc", "/articles/zz", "/nowhere", "/queue?state=zzz", "/calendar?show=zzz", "/calendar?on=zz")
"""Addresses that nothing has; each is refused in the language, too."""


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_page_has_english_left(app: App, language: str) -> None:
    """On no page stands an English word that is not a name: neither in its text nor in a title, label or question."""
    app.access().add_user("ann", Role.EDITOR, person=ROOT)
    client = browser(app, visitor(language=language))
    left = {}
    for path in (*PAGES, *WRONG, "/compose?at=soonish", "/calendar?on=2026-12-01"):
        place = max((one for one in _NAMES_AT if path.startswith(one)), key=len)
        names = (
            f"{_NAMES_AT[place]} soonish zzz zz abc nowhere" if path in WRONG or "soonish" in path else _NAMES_AT[place]
        )
        if found := english_on(client.get(path).text, data=_DATA, names=names):
            left[path] = found
    assert left == {}


def test_english_that_is_left_is_found(app: App) -> None:
    """What the test above looks for does stand on the pages in English, on every one of them."""
    client = browser(app, visitor())
    for path in (*PAGES, *WRONG):
        assert english_on(client.get(path).text, data=_DATA), path
    for text in ("60 min", "attempt 1", "Sat 19:53 UTC", "publish now", "選べません: no", "24 hours 時点"):
        assert english_on(f"<p>{text}</p>") == [text]
    assert english_on('<b title="no posts">7</b><input placeholder="in words">') == ["no posts", "in words"]
    assert english_on("<p>20 USD · desk:mei · 12:00 UTC</p><code>post now</code>") == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/posts/abc", 404, "there is nothing at /posts/abc"),
        ("/queue?state=zzz", 400, "this page has no «zzz»"),
        ("/calendar?show=zzz", 400, "this page has no «zzz»"),
    ],
)
def test_an_address_that_cannot_be(app: App, language: str, path: str, status: int, says: str) -> None:
    """One sentence of ours with what is wrong in it, in the language, and none of a library's words."""
    answer = browser(app, visitor(language=language)).get(path)
    assert answer.status_code == status
    sentence = re.search(r'<p class="sentence"[^>]*>([^<]+)</p>', answer.text)
    assert sentence is not None
    assert (says in unescape(sentence[1])) == (language == "en")
    assert (path if status == 404 else "zzz") in unescape(sentence[1])
    assert "input should" not in answer.text


@pytest.mark.parametrize("language", TRANSLATED)
def test_values_of_settings_are_said(language: str, tmp_path: Path) -> None:
    """What stands for a secret, and each source's line, are words of the language; the settings' own values stay."""
    say = telling(language).say
    with desk_app(tmp_path, alerts={"urls": ["json://localhost"]}) as made:
        page = unescape(browser(made, visitor(language=language)).get("/settings").text)
    assert f"<b>{say('1 set, not shown')}</b>" in page
    assert "set, not shown" not in page
    assert say("latest: feed https://radar.asia/rss/latest-posts, every 60 s") in page
    assert ", every 60 s" not in page
    assert "<b>production</b>" in page
    assert say("set, ends in WXYZ") != "set, ends in WXYZ"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_that_cannot_be(app: App, language: str) -> None:
    """A missing field, a wrong choice and a text too long are told by sentences of ours."""
    client = browser(app, visitor(language=language))
    say = telling(language).say
    for sent, sentence in (
        ({}, "the form came without its field name: load the page anew, then send it again"),
        ({"name": "x" * 101, "role": "editor"}, "the field name takes 100 characters at most: shorten it"),
        ({"name": "x", "role": "king"}, "the field role cannot be «king»: choose or write something else"),
    ):
        answer = client.post("/users/add", data={"csrf": "c" * 20} | sent)
        assert answer.status_code == 400
        assert say(sentence) in unescape(answer.text)
        assert (say(sentence) == sentence) == (language == "en")


OPEN = {"en": "open", "zh_Hans": "打开", "zh_Hant": "開啟", "ja": "開く", "ko": "열기"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_of_english_may_be_two(app: App, language: str) -> None:
    """What Enter does is another word than the state of an attempt; so are the button and the page of the queue."""
    words = translations(language)
    page = browser(app, visitor(language=language)).get("/compose").text
    assert f"<dt><kbd>Enter</kbd></dt><dd>{OPEN[language]}</dd>" in page
    assert f'value="queue">{words.pgettext("button", "Queue")}</button>' in page
    if language != "en":
        for context, word in (("key", "open"), ("button", "Queue")):
            assert words.pgettext(context, word) != words.gettext(word)


def test_every_right_and_fact_has_words() -> None:
    """The table of rights and the fields of an article are said in words, not by the names of the program."""
    assert set(RIGHTS) == set(Action)
    assert {field.name for field in fields(Facts)} == set(FACTS)


@pytest.mark.parametrize(("language", "held", "mode"), [("ja", "保留中", "予行"), ("zh_Hant", "暫緩", "演練")])
def test_states_and_modes_are_said_in_it(app: App, language: str, held: str, mode: str) -> None:
    """A state's name and the mode in the bar are words of the language, while what they are for styles stays."""
    page = browser(app, visitor(language=language)).get("/queue?state=held").text
    assert f'<span class="state">{held}</span>' in page
    assert f'<span class="mode mode-dry-run" title="">{mode}</span>' in page


@pytest.mark.parametrize(
    ("language", "local", "day"),
    [
        ("en", "Tue 24 Nov 19:05", "Tuesday 24 November 2026"),
        ("zh_Hans", "11月24日周二 19:05", "2026年11月24日星期二"),
        ("zh_Hant", "11月24日 週二 19:05", "2026年11月24日 星期二"),
        ("ja", "11月24日(火) 19:05", "2026年11月24日火曜日"),
        ("ko", "11월 24일 (화) 19:05", "2026년 11월 24일 화요일"),
    ],
)
def test_times_as_the_language_writes_them(language: str, local: str, day: str) -> None:
    """Weekday, day and month stand as the language writes them, in the newsroom's zone, on a machine-readable time."""
    forms = Forms(language, lambda: ZoneInfo("Asia/Singapore"), lambda: AT)
    stamp = '<time datetime="2026-11-24T11:05:09Z" title="2026-11-24 19:05:09 Asia/Singapore, 11:05:09 UTC">'
    assert forms.local(AT) == f"{stamp}{local}</time>"
    assert forms.day(AT) == f"{stamp}{day}</time>"
    assert forms.clock(AT) == f"{stamp}19:05:09</time>"
    assert forms.minute(AT) == f"{stamp}19:05</time>"
    assert (forms.local(None), forms.day(None), forms.clock(None), forms.minute(None)) == ("—", "—", "—", "—")


def test_english_days_have_no_leading_zero() -> None:
    """As one writes them."""
    forms = Forms("en", lambda: ZoneInfo("UTC"), lambda: AT)
    first = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert ">Tuesday 1 December 2026<" in forms.day(first)
    assert ">Tue 1 Dec 09:00<" in forms.local(first)
    assert ">Fri 1 Mar 2030 09:00<" in forms.local(datetime(2030, 3, 1, 9, tzinfo=UTC))
    assert (forms.week_day(first.date()), forms.short_day(first.date(), year=True)) == ("Tue 1 Dec", "1 Dec 2026")


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_money(language: str) -> None:
    """Numbers are grouped; money has its code in every language and three digits where two would lie."""
    forms = Forms(language, lambda: ZoneInfo("UTC"), lambda: AT)
    assert (forms.count(1234567), forms.count(0), forms.count(None)) == ("1,234,567", "0", "—")
    assert (forms.usd("0.2"), forms.usd(Decimal("0.015")), forms.usd(None)) == ("0.20 USD", "0.015 USD", "—")
    assert forms.usd("1234.5") == "1,234.50 USD"
    for amount in ("0", "0.2", "0.200", "0.205", "0.0149", "12.345", "1234.5"):
        assert forms.usd(amount) == f"{plain_usd(amount)} USD"  # commands and the Desk say the same


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ja,en;q=0.8", "ja"),
        ("zh-CN,zh;q=0.9", "zh_Hans"),
        ("zh-TW", "zh_Hant"),
        ("zh-HK,zh;q=0.9,en;q=0.8", "zh_Hant"),
        ("zh", "zh_Hans"),
        ("ko-KR", "ko"),
        ("fr-CH, fr;q=0.9, ja;q=0.1", "ja"),
        ("en-GB,ja", "en"),
        ("*, -;x, <b>, xx-yy-zz-, " + "j" * 3000, "en"),
    ],
)
def test_the_sign_in_page_speaks_the_browsers_language(app: App, accepted: str, language: str) -> None:
    """Nobody is signed in yet: the first language of the browser that the interface has counts, else English."""
    assert language_of(accepted) == language
    client: TestClient = browser(app, None)
    page = client.get("/login", headers={"accept-language": accepted}).text
    assert f'<html lang="{language.replace("_", "-")}"' in page
    assert translations(language).gettext("Sign in") in page


def test_a_language_without_a_catalogue_is_english() -> None:
    """What we do not have, and what is no language at all, is answered in English."""
    for language in ("en", "tlh", "../../etc"):
        assert translations(language).gettext("Queue") == "Queue"


@pytest.mark.browser
@pytest.mark.enable_socket
def test_a_phone_in_japanese(chromium: Browser, desk: tuple[App, str]) -> None:
    """At 360 pixels neither Desk nor queue is wider than the window in Japanese, and the buttons say it."""
    context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.locator("select[name=language]").select_option("ja")
    page.locator("form[action='/me/language'] button").click()
    expect(page.locator(".said")).to_contain_text("保存しました。")
    for path in ("/", "/queue", "/queue?state=held", "/compose"):
        page.goto(desk[1] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.goto(desk[1] + "/")
    page.locator("[data-id='2'] .act-hold", has_text="保留").click()
    expect(page.locator(".said")).to_contain_text("保留しました")
    context.close()
