"""Decisions made again over the whole sample site: the same under the same rules, otherwise exactly what was changed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.article import Revision
from asiaradar_bot.model.decision import Decision, Reason, Verdict
from asiaradar_bot.model.policy import Policy, Rule
from asiaradar_bot.rules.replaying import Rulebook
from asiaradar_bot.steps.replay import Difference, Replayed, replay, replay_newest
from tests.e2e.bot import check_ends, play, running


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The bot after the whole story of the sample site."""
    folder = tmp_path_factory.mktemp("played")
    with running(folder, pictures=False, per_hour=100, per_day=1000) as (app, site):
        play(app, site)
        yield app


def again(app: App, **rules: object) -> Replayed:
    """Everything made again, with these parts of the rulebook changed."""
    book = replace(app.rulebook(), **rules)  # type: ignore[arg-type]  # plain values
    return replay(app.store, book, since=app.clock.now() - timedelta(days=2))


def with_policy(app: App, **changes: object) -> Policy:
    """Today's policy, changed."""
    return replace(app.policy, **changes)  # type: ignore[arg-type]  # plain values


def decisions(app: App) -> list[Decision]:
    """All on record."""
    with app.store.read() as tx:
        return [one for found in tx.articles.list_recent(limit=500) for one in tx.articles.list_decisions(found.id)]


def test_every_article_ends_where_it_should(played: App) -> None:
    """On a site in the manner of 2.4; `test_sample_site` plays the story on one of 2.2."""
    check_ends(played)


def test_the_same_rules_decide_the_same(played: App) -> None:
    """Every decision, trace, text, time and price comes out byte for byte as production had it; none lacks a record."""
    found = again(played)
    made = decisions(played)
    assert (found.decisions, found.differing, found.other_checks) == (len(made), (), 0)
    assert (found.other_policy, found.other_limits, found.short_window, found.unrecorded) == (0, 0, 0, 0)
    assert {one.reason for one in made} >= {Reason.DEFAULT, Reason.EMBARGO, Reason.NEAR_DUPLICATE, Reason.TOO_OLD}
    assert len(made) > 30


def test_nothing_is_written(played: App) -> None:
    """A replay leaves the database as it is, byte for byte."""
    file = played.store.file
    assert file is not None
    before = hashlib.sha256("\n".join(sqlite3.connect(file).iterdump()).encode()).digest()
    again(played, policy=with_policy(played, default_verdict=Verdict.HOLD))
    assert hashlib.sha256("\n".join(sqlite3.connect(file).iterdump()).encode()).digest() == before


def test_another_default_differs_where_the_default_decided(played: App) -> None:
    """With everything held by default, exactly the decisions of the default differ, in verdict and post, not in text."""
    found = again(played, policy=with_policy(played, default_verdict=Verdict.HOLD))
    assert {one.decision_id for one in found.differing} == {
        one.id for one in decisions(played) if one.reason is Reason.DEFAULT
    }
    for one in found.differing:
        changes = {change.what: (change.then, change.today) for change in one.changes}
        assert changes["verdict"] == ("auto", "hold")
        assert not {"text", "price", "due", "expires"} & set(changes)
    assert found.other_policy == found.decisions


def test_a_new_rule_differs_where_it_fits(played: App) -> None:
    """A rule in front that skips a category changes those articles only; the others just carry its line."""
    rule = Rule(name="no business", verdict=Verdict.SKIP, categories=("Business",))
    found = again(played, policy=with_policy(played, rules=(rule, *played.policy.rules)))
    judged = [one for one in decisions(played) if one.reason in {Reason.RULE, Reason.DEFAULT}]
    with played.store.read() as tx:
        fitting = {
            one.id
            for one in judged
            if "Business" in _categories(tx.articles.list_revisions(one.article_id), one.revision)
        }
    assert fitting
    assert {one.decision_id for one in found.differing if one.is_about("decision")} >= fitting
    direct = [one for one in found.differing if one.decision_id in fitting]
    assert all(_today(one, "rule") == ["no business"] for one in direct)
    indirect = [one for one in found.differing if one.decision_id not in fitting]
    assert all(_today(one, "verdict") == ["hold"] for one in indirect)
    assert found.other_checks == len(judged) - len(fitting)


def _categories(revisions: Sequence[Revision], number: int) -> tuple[str, ...]:
    """Categories of that revision."""
    return next(one.facts.categories for one in revisions if one.number == number)


def _today(one: Difference, what: str) -> list[str | None]:
    """What the rules of now say of that, where it differs."""
    return [change.today for change in one.changes if change.what == what]


def test_another_template_differs_in_text(played: App, tmp_path: Path) -> None:
    """A template that ends otherwise changes the text of what it words, and nothing else."""
    for name in played.renderer.list_templates():
        (tmp_path / name).mkdir()
        source = (played.renderer.folder / name / "post.txt.j2").read_text(encoding="utf-8")
        (tmp_path / name / "post.txt.j2").write_text(source.rstrip() + ("\n🙂" if name == "cjk" else ""), "utf-8")
    renderer = SandboxedRenderer(tmp_path)
    try:
        found = again(played, render=renderer.render)
    finally:
        renderer.close()
    assert found.differing
    with played.store.read() as tx:
        records = {one.decision.id: one for one in tx.replays.list_newest(articles=500)}
    for one in found.differing:
        assert [change.what for change in one.changes] == ["text"]
        assert records[one.decision_id].decision.template == "cjk"


def test_a_shorter_age_and_a_longer_window_are_told(played: App) -> None:
    """What today's settings change shows, and how many decisions looked less far back is counted."""
    found = again(
        played,
        max_age=timedelta(0),
        policy=with_policy(played, duplicate_window=timedelta(days=9)),
    )
    assert found.other_limits == found.short_window == found.decisions
    assert ["too_old"] in [_today(one, "reason") for one in found.differing]


def test_the_newest_articles_only(played: App) -> None:
    """Trying rules on the last articles makes one decision each, the newest."""
    book: Rulebook = played.rulebook()
    found = replay_newest(played.store, book, articles=7)
    assert (found.decisions, found.articles, found.differing) == (7, 7, ())
    held = replace(book, policy=with_policy(played, default_verdict=Verdict.HOLD))
    assert 0 < len(replay_newest(played.store, held, articles=50).differing) <= 50


def test_a_story_that_would_not_be_posted_frees_its_twin(played: App) -> None:
    """Where today's rules skip the first of two like stories, the second is no more a twin of a posted one."""
    twins = [one for one in decisions(played) if one.reason is Reason.NEAR_DUPLICATE and one.verdict is Verdict.SKIP]
    assert twins
    title = twins[0].detail.split("«")[1].split("»")[0]
    rule = Rule(name="none of it", verdict=Verdict.SKIP, headline_words=(title,))
    found = again(played, policy=with_policy(played, rules=(rule, *played.policy.rules)))
    assert ["hold"] in [_today(one, "verdict") for one in found.differing if one.decision_id == twins[0].id]
