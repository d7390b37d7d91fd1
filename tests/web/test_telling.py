"""Sentences of rules and steps in the visitor's language: found in the source, translated by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import Article
from asiaradar_bot.model.decision import NewsClass, Reason, Verdict
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.policy import Policy, Rule, TemplateChoice
from asiaradar_bot.model.rulebook import POLICY
from asiaradar_bot.rulekeeping import in_force
from asiaradar_bot.rules import explaining
from asiaradar_bot.rules.rule_words import choice_in_words, default_in_words, rule_in_words
from asiaradar_bot.rules.when import read_when
from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.web.telling import CHECK, RULE, TOLD, Telling, telling
from scripts.told import forms_in, told_forms
from scripts.translations import TRANSLATED, read
from tests.factories import make_article, make_facts
from tests.properties.test_eligibility import articles, judge, policies
from tests.web.desk import browser, desk_app, visitor

_PLACE = re.compile(r"%\((\w+)\)s")
_ENDS = {"eyes", "waits", "second", "hint", "by"}
_SAME = {(CHECK, "X")}
"""Words that are the same in a language of ours."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A Desk with four articles, decided by an embargo, a missing headline, another site and the default."""
    with desk_app(tmp_path) as made:
        now = made.clock.now()
        heads = [("Embargoed: the budget", "a"), ("", "b"), ("Port counts its year", "c"), ("Rates rise", "d")]
        with made.store.begin() as tx:
            for title, place in heads:
                host = "radar.asia" if place != "c" else "evil.example"
                facts = make_facts(title=title, url=f"https://{host}/{place}", published_at=now)
                article = make_article(facts=facts, first_seen_at=now, read_at=now)
                tx.articles.add(article, names=[f"url:{facts.url}"])
        run_once(made, "decide")
        yield made


def _filled(form: str) -> str:
    """The form with the name of each value as its value; ends of a sentence are clauses."""
    if "%(" not in form:
        return form
    return _PLACE.sub(lambda found: ("", ", ")[found[1] in _ENDS] + f"{found[1].upper()}~", form).replace("%%", "%")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_form_is_said(language: str) -> None:
    """Each sentence that the source holds is recognised with its values, and said in other words with the same ones."""
    one = Telling(language)
    forms = {(context, form) for context, form in told_forms() if context != RULE} - _SAME
    assert len(forms) > 50
    for context, form in forms:
        english = _filled(form)
        said = one.say(english, context)
        assert said != english, form
        for name in _PLACE.findall(form):
            assert f"{name.upper()}~" in said, form


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogues_hold_just_the_forms_of_the_source(language: str) -> None:
    """A form that nothing says any more is gone from the catalogues, so that no person's words are taken for it."""
    held = {(one.context, str(one.id)) for one in read(language) if one.context in {TOLD, CHECK, RULE}}
    assert held == set(told_forms())


@given(article=articles, policy=policies, posted_as=st.none() | st.just("17"))
def test_whatever_is_decided_is_said(article: Article, policy: Policy, posted_as: str | None) -> None:
    """The reason of a decision, and each line of its trace with the check's name, are said in every language."""
    decision = judge(article, policy, posted_as=posted_as)
    for language in TRANSLATED:
        one = telling(language)
        assert one.say(decision.detail) != decision.detail
        for line in decision.trace:
            assert one.say(line.check, CHECK) != line.check
            assert one.say(line.detail) != line.detail


def test_values_stay_and_our_own_words_are_said() -> None:
    """Values come through as they are, the wordless percent too; several sentences in a row are said one by one."""
    one = telling("ja")
    assert one.say("it speaks of «it fits»") == "「it fits」に言及している"
    assert one.say("97 % like «A %(b)s «c»» (https://x/?a=1%20)") == "「A %(b)s «c»」（https://x/?a=1%20）と 97 % 類似"
    assert one.say("rule «a b»: no embargo") == "ルール「a b」：解禁時刻の指定なし"
    assert one.say("it fits; somebody's own word") == "当てはまる；somebody's own word"
    assert one.say("rule «sport»", CHECK) == "ルール「sport」"
    for foreign in ("", "it fits well", "IT FITS", "somebody; else", "x" * 5000, "it fits; " * 500):
        assert one.say(foreign) == foreign


def test_english_is_as_it_was_told() -> None:
    """In English, and in a language that we do not have, nothing is changed."""
    for language in ("en", "tlh"):
        assert telling(language).say("it fits") == "it fits"


def test_forms_are_found_in_source() -> None:
    """Texts, values, choices, refusals and names of checks; neither docstrings nor logs nor what is compared."""
    source = '''
"""A docstring of words."""
_HOW = "as it is"
_MENDS = (("only compared here", "do this now"),)
_CHECKS = (("age", None),)
def f(post, why):
    """Another docstring of words."""
    _log.info("a log of words")
    if why.startswith("compared with this"):
        raise PostError(f"post {post.id} is {'out' if post.out else 'held'}: {_HOW}")
    why = "short"
    yield Check(name="kind", sentence=f"{post.share} % of {', '.join(post.parts)}", good="no")
    return f"no rule said {post.id} or {self.post.id}" + (f" by {why}" if why else "")
'''
    assert forms_in(source, is_whole=True) == [
        (TOLD, "as it is"),
        (TOLD, "do this now"),
        (CHECK, "age"),
        (TOLD, "post %(post_id)s is out: as it is"),
        (TOLD, "post %(post_id)s is held: as it is"),
        (TOLD, "short"),
        (CHECK, "kind"),
        (TOLD, "%(post_share)s %% of %(post_parts)s"),
        (TOLD, "no rule said %(post_id)s or %(post_id_2)s by %(why)s"),
        (TOLD, "no rule said %(post_id)s or %(post_id_2)s"),
    ]
    assert (TOLD, "as it is") not in forms_in(source, is_whole=False)


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("path", ["/doctor", "/articles", "/articles/1", "/articles/3"])
def test_pages_show_no_english_check(app: App, path: str, language: str) -> None:
    """Neither a sentence of ours nor the name of a check stands on the page in English."""
    page = browser(app, visitor(language=language)).get(path).text
    shown = [unescape(text).strip() for text in re.findall(r">([^<]+)<", page)]
    english = {_filled(form) for _, form in told_forms() if not _PLACE.search(form)}
    assert not english & set(shown)
    prefixes = tuple(form.partition("%(")[0] for _, form in told_forms() if _PLACE.search(form))
    long = tuple(prefix for prefix in prefixes if len(prefix) > len("rule «"))
    assert not [text for text in shown if text.startswith(long)]


def test_pages_in_english_show_the_checks(app: App) -> None:
    """What the test above looks for does stand there in English."""
    page = browser(app, visitor()).get("/articles").text
    for reason in ("it has no headline", "it speaks of an embargo", "is on another site", "no rule speaks of it"):
        assert reason in page
    assert "<td>embargo</td>" in browser(app, visitor()).get("/articles/1").text
    assert "kill switch" in browser(app, visitor()).get("/doctor").text


_RULES = (
    Rule(name="one", verdict=Verdict.HOLD, categories=("Opinion", "Sport", "Art"), authors=("Mei",), why="house rule"),
    Rule(name="two", verdict=Verdict.BREAKING, keywords=("quake",), news_class=NewsClass.BREAKING, template="brief"),
    Rule(name="three", verdict=Verdict.SKIP, sources=("wire",), languages=("ja",), news_class=NewsClass.EVERGREEN),
    Rule(name="four", verdict=Verdict.AUTO),
)


def test_rules_in_english() -> None:
    """A rule is one sentence with each of its conditions."""
    assert [rule_in_words(rule) for rule in _RULES] == [
        "An article in «Opinion» or «Sport» or «Art» and by «Mei» waits for a person",
        "An article marked «quake» is posted at once, as breaking news, with template brief",
        "An article from source «wire» and in language «ja» is not posted, as evergreen",
        "Every article is posted",
    ]
    assert default_in_words(Verdict.SKIP) == "Any other article is not posted"
    choice = TemplateChoice(template="brief", news_classes=(NewsClass.BREAKING, NewsClass.NORMAL), languages=("ko",))
    assert (
        choice_in_words(choice) == "An article of class «breaking» or «normal» and in language «ko» gets template brief"
    )
    assert choice_in_words(TemplateChoice(template="plain")) == "Every article gets template plain"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh_Hans", "栏目为“Opinion”或“Sport”或“Art”且作者为“Mei”的文章等待人工处理"),
        ("zh_Hant", "欄目為「Opinion」或「Sport」或「Art」且作者為「Mei」的文章等待人工處理"),
        ("ja", "カテゴリー「Opinion」または「Sport」または「Art」、かつ筆者「Mei」の記事は人の判断を待ちます"),
        ("ko", "분류 ‘Opinion’ 또는 ‘Sport’ 또는 ‘Art’, 또한 필자 ‘Mei’에 해당하는 기사는 사람의 판단을 기다립니다"),
    ],
)
def test_rules_in_each_language(language: str, said: str) -> None:
    """Each language puts the sentence into its own order; no word of the English one is left."""
    fill = telling(language).fill
    assert rule_in_words(_RULES[0], fill) == said
    others = [rule_in_words(rule, fill) for rule in _RULES[1:]] + [default_in_words(one, fill) for one in Verdict]
    others.append(choice_in_words(TemplateChoice(template="plain", news_classes=tuple(NewsClass)), fill))
    left = re.compile(r"quake|brief|wire|ja|plain")
    for sentence in others:
        assert not re.search("[A-Za-z]", left.sub("", sentence)), sentence


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_reason_is_said(language: str) -> None:
    """Each reason of a decision, and the sentence on top of an article's page, is said in the language."""
    one = telling(language)
    for reason in Reason:
        assert one.say(explaining.sentence(reason)) != explaining.sentence(reason)
    for verdict in Verdict:
        said = one.say(explaining.ANSWERS[verdict] % {"title": "No rule: «it fits»", "detail": "it has no headline"})
        assert "No rule: «it fits»" in said
        assert one.say("it has no headline") in said


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_rules_page_speaks_it(app: App, language: str) -> None:
    """The rules in force stand on their page in the visitor's language."""
    page = browser(app, visitor(language=language)).get("/rules").text
    shown = re.findall(r'<p dir="auto">([^<]+)<|<li dir="auto">([^<]+)</li>|<p>([^<]+)</p></li>', page)
    sentences = [text for found in shown for text in found if text.strip()]
    assert len(sentences) > 2
    assert not re.search(r"\b(article|posted|template|waits)\b", " ".join(sentences))


@pytest.mark.parametrize(
    ("language", "verdict", "because"), [("ja", "判定", "見出しがない"), ("ko", "판정", "제목이 없음")]
)
def test_a_trial_speaks_it(app: App, language: str, verdict: str, because: str) -> None:
    """What a trial of other rules would change is named and told in the language; a rule's own name is not."""
    text = in_force(app, POLICY).text.replace('default = "', 'default = "skip" # "', 1)
    text = text.replace("[[rules]]", '[[rules]]\nname = "it fits"\nverdict = "breaking"\n\n[[rules]]', 1)
    form = {"text": text, "then": "try", "after": "0"}
    page = browser(app, visitor(language=language)).post("/rules", data=form).text
    assert f'<th scope="row">{verdict}</th>' in page
    assert ">it fits</td>" in page
    assert "«it fits»" not in page
    assert telling(language).say("rule «it fits»") in unescape(page)
    assert because not in page  # what no rule can change is not listed


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("written by desk:mei, waits for another pair of eyes", "desk:mei が作成、別の人の確認待ち"),
        ("written by cli:root", "cli:root が作成"),
        ("post 7 is held and cannot be changed any more", "投稿 7 は保留中で、もう変更できません"),
        ("headline: a number changed (9.8 → 8.9)", "見出し：数字が変わった（9.8 → 8.9）"),
        ("the text cannot go out: the text is empty; X takes only one cashtag in a post", None),
        ("not sent: no connection to X: nothing was sent", "未送信：Xに接続できず、何も送信していない"),
        ("password and recovery code, from 2001:db8::1", "パスワードと復旧コード、2001:db8::1 から"),
        ("stopped: a look at it", "停止中：a look at it"),
    ],
)
def test_reasons_and_refusals_in_japanese(told: str, said: str | None) -> None:
    """Sentences within sentences, names of states and ends of sentences are said; names and people's words stay."""
    if said is None:
        said = "文面を出せません：文面が空です；Xでは1つの投稿にキャッシュタグは1つだけです"
    assert telling("ja").say(told) == said


@pytest.mark.parametrize("language", TRANSLATED)
def test_reasons_and_refusals_on_pages(tmp_path: Path, language: str) -> None:
    """Why a post stands where it stands, what was done to it, and why something is refused, in the language."""
    with desk_app(tmp_path) as made:
        editor = made.editor(Person(who="desk:mei", role=Role.EDITOR))
        post = editor.add(["Good morning"], due_at=made.clock.now() + timedelta(hours=1))[0]
        editor.hold(post.id)
        editor.cancel(post.id)
        client = browser(made, visitor(language=language))
        shown = client.get(f"/posts/{post.id}").text + client.get("/activity").text
        shown += client.get("/posts/99").text
        form = {"csrf": "c" * 20, "version": "1", "back": "/"}
        shown += client.post(f"/posts/{post.id}/hold", data=form).text
        shown += client.post(
            "/compose", data={"csrf": "c" * 20, "then": "view", "text": "@ann SEE THIS NOW #a #a"}
        ).text
    plain = unescape(re.sub(r"<[^>]+>", " ", shown))
    assert not re.search(r"\b(by|is|was|held|waits|there|text|hashtag|mention|version|somebody)\b", plain), plain
    assert "desk:mei" in plain


@pytest.mark.parametrize("language", TRANSLATED)
def test_refusals_on_pages(app: App, language: str) -> None:
    """A time that is none, an address that is none, a post that is none: one sentence in the language."""
    client = browser(app, visitor(language=language))
    for path in ("/nowhere", "/articles/999", "/posts/999", "/webhooks", "/rules/versions/99"):
        page = unescape(client.get(path).text)
        sentence = re.search(r'<p class="sentence"[^>]*>([^<]+)</p>', page)
        assert sentence is not None, path
        assert not re.search(r"\b(there|look|nothing|is)\b", sentence[1]), sentence[1]
    sent = {"csrf": "c" * 20, "then": "file", "text": "Good", "at": "soonish"}
    page = unescape(client.post("/compose", data=sent).text)
    with pytest.raises(InputError) as refused:
        read_when("soonish", now=app.clock.now(), zone="UTC")
    assert telling(language).say(str(refused.value)) in page
    assert str(refused.value) not in page
