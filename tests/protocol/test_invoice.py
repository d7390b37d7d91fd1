"""The ledger beside X's own invoice, whatever is thrown at both: equal to the cent, and never over the budget."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.adapters.x_account import XAccount
from asiaradar_bot.adapters.x_account.readings import OLD_FIELDS
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.correction import Option
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import Billable, SpendState
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import Post, PostPicture, PostState
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.patrol import patrol
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.spend import compare_usage
from tests.fakes.outside import NOON
from tests.protocol.measuring import TIMELINE, follow, go, post, spent
from tests.protocol.test_correcting import corrector
from tests.protocol.test_publishing import advance
from tests.sandbox.x_access import call, image_bytes

ME = Person(who="cli:me", role=Role.ADMIN)
SEEDS = [("sqlite", 0), ("sqlite", 1), ("sqlite", 2), ("sqlite", 3), ("postgresql", 0)]
"""Other dice try other orders of things; on the second database one order shows that it is no other."""


@pytest.mark.parametrize(("store", "seed"), SEEDS, indirect=["store"])
def test_the_ledger_is_the_invoice(press: Press, x: LocalX, seed: int) -> None:
    """After weeks of posting, patrolling and measuring at random the ledger equals X's own invoice to the cent."""
    dice = random.Random(seed)
    for number in range(120):
        match dice.choice(("post", "hand", "patrol", "measure", "measure", "wait")):
            case "post":
                post(press, number, due_at=press.clock.now())
                publish_due(press)
            case "hand":
                x.post_by_hand(f"By hand {number}")
            case "patrol":
                patrol(press)
            case "measure":
                go(press)
            case _:
                advance(press, hours=dice.uniform(0, 30))
        advance(press, minutes=dice.uniform(3, 90))
    assert spent(press) == x.invoice().total_usd
    assert x.invoice().count("owned_read") > 10


def test_the_ledger_is_the_invoice_whatever_x_answers(press: Press, x: LocalX) -> None:
    """Refusals, rate limits, failures before anything happened and posts made although the answer was lost: to the cent."""
    dice = random.Random(11)
    kinds = (
        FaultKind.DUPLICATE_403,
        FaultKind.LIMIT_429,
        FaultKind.NOT_CREATED_500,
        FaultKind.CREATED_500,
        FaultKind.CREATED_DROP,
    )
    for number in range(24):
        if number % 2:
            x.faults.add(Fault(kind=dice.choice(kinds), method="POST", path="/2/tweets", times=1))
        post(press, number, due_at=press.clock.now())
        publish_due(press)
        advance(press, minutes=20)
        for _ in range(3):
            reconcile(press)
            advance(press, minutes=2)
        patrol(press)
        go(press)
    assert spent(press) == x.invoice().total_usd
    with press.store.read() as tx:
        assert {entry.state for entry in tx.ledger.list_month(NOON.date())} == {
            SpendState.SETTLED,
            SpendState.RELEASED,
        }
    assert len(x.posts()) > 12


def test_alt_texts_and_deletes_are_in_the_ledger_too(press: Press, x: LocalX) -> None:
    """A post with a described picture, and its deletion, come to what X bills."""
    with press.store.begin() as tx:
        picture = Picture(content=image_bytes(), media_type="image/jpeg", width_pixels=40, height_pixels=30)
        picture_id = tx.posts.add_picture(picture, source_url=None)
        other = Picture(content=image_bytes("PNG"), media_type="image/png", width_pixels=40, height_pixels=30)
        more = (PostPicture(picture_id=tx.posts.add_picture(other, source_url=None), alt_text="A crane"),)
    post(press, picture_id=picture_id, alt_text="A harbour", more_pictures=more)
    publish_due(press)
    (shown,) = x.posts()
    x.faults.add(Fault(kind=FaultKind.NOT_CREATED_500, method="DELETE", times=1))
    editor = corrector(press, ME)
    editor.choose(1, Option.DELETE_AND_REPOST, text="Ferries run again")
    assert amend(press).still_open == 1
    assert len(shown.media_ids) == 2
    assert [one.id for one in x.posts()] == [shown.id]
    assert spent(press) == x.invoice().total_usd + Decimal("0.010")
    advance(press, minutes=2)
    assert amend(press).deleted == 1  # it still stood on the timeline, so it was due again at once
    assert x.posts() == []
    assert {line.what for line in x.invoice().lines} >= {"alt_text", "post_with_link", "delete"}
    assert spent(press) == x.invoice().total_usd


def test_in_doubt_the_ledger_is_on_the_safe_side(press: Press, x: LocalX) -> None:
    """With answers lost on the way X bills no more than ledger entries in doubt and settled, and no less than settled."""
    x.faults.add(Fault(kind=FaultKind.CREATED_DROP, path=TIMELINE, probability=0.3, seed=7))
    for number in range(12):
        post(press, number, due_at=press.clock.now())
        publish_due(press)
        follow(press, hours=3)
    billed = x.invoice().total_usd
    with press.store.read() as tx:
        entries = [entry for day in (NOON, NOON + timedelta(days=10)) for entry in tx.ledger.list_month(day.date())]
    settled = sum((entry.amount_usd for entry in entries if entry.state is SpendState.SETTLED), Decimal(0))
    assert settled <= billed <= spent(press)


def test_lookups_in_doubt_are_on_the_ledger(press: Press, x: LocalX) -> None:
    """A lookup by id, or a question who we are, that X bills and whose answer is lost counts as if billed."""
    x.faults.add(Fault(kind=FaultKind.CREATED_DROP, path="/2/users/me", times=1))
    assert patrol(press).trouble is not None
    assert spent(press) == x.invoice().total_usd == Decimal("0.010")
    post(press)
    publish_due(press)
    follow(press, minutes=30)
    (shown,) = x.posts()
    edit = {"text": "Story, mended", "edit_options": {"previous_post_id": shown.id}}
    assert call(x, "POST", "/2/tweets", json=edit).status_code == 201
    advance(press, days=1)
    x.faults.add(Fault(kind=FaultKind.CREATED_DROP, path="/2/tweets", method="GET", times=1))
    assert "did not answer" in str(go(press).idle)
    assert x.invoice().count("post_read") == 1
    with press.store.read() as tx:
        doubtful = [one for one in tx.ledger.list_month(NOON.date()) if one.state is SpendState.UNKNOWN]
    assert [one.what for one in doubtful] == [Billable.USER_READ, Billable.POST_READ]
    by_hand = Decimal("0.015")
    assert spent(press) >= x.invoice().total_usd - by_hand


def test_a_second_question_that_fails_leaves_the_first_one_billed(
    press: Press, x: LocalX, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X drops the field names, shows the posts without figures, and refuses the question in new words."""
    post(press)
    publish_due(press)
    assert isinstance(press.x, XAccount)
    whole = press.x._read
    advance(press, hours=1)

    def then_refuse(route: str, asked: dict[str, object], **how: bool) -> object:
        if OLD_FIELDS not in asked:
            return whole(route, asked, **how)
        answer = whole(route, {**asked, OLD_FIELDS: "id"}, **how)
        x.faults.add(Fault(kind=FaultKind.LIMIT_429, path=TIMELINE))
        return answer

    monkeypatch.setattr(press.x, "_read", then_refuse)
    assert "did not answer" in str(go(press).idle)
    assert x.invoice().count("owned_read") == 1
    assert spent(press) == x.invoice().total_usd


def test_x_counts_the_reads_that_we_count(press: Press, x: LocalX) -> None:
    """X's own usage figures, asked with the app's bearer token, are those of the ledger on every day."""
    keys = x.credentials
    assert isinstance(press.x, XAccount)
    with pytest.raises(CannotReadError, match="bearer_token"):
        press.x.read_usage(days=3)
    counting = XAccount(
        base_url=x.base_url,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
        now=press.clock.now,
        bearer_token=keys.bearer_token,
    )
    post(press)
    publish_due(press)
    follow(press, days=2)
    lines = compare_usage(press.store, press.clock, counting, days=3)
    assert [line.x_counts for line in lines] == [line.we_count for line in lines]
    assert sum(line.x_counts for line in lines) >= 2


@pytest.mark.parametrize(("store", "seed"), SEEDS, indirect=["store"])
def test_nothing_is_bought_beyond_the_budget(press: Press, x: LocalX, seed: int) -> None:
    """
    Whatever is asked for, no write and no measuring takes the month over its budget, in the ledger as on X's invoice;
    only the looks at our timeline that sending once and guarding the account rest on go on, and they cost cents.
    """
    dice = random.Random(seed)
    budget = Decimal(dice.choice(["0.9", "1.6", "2.111"]))
    press = replace(press, limits=Limits(month_usd=budget, reads_usd=Decimal("0.05"), hold_foreign=False))
    editor = corrector(press, ME)
    refused = bought = 0
    for number in range(60):
        match dice.choice(("post", "plain", "delete", "patrol", "measure")):
            case "post" | "plain" as what:
                link = {} if what == "post" else {"text": f"Without a link {number}", "link": None}
                post(press, number, due_at=press.clock.now(), **link)
            case "delete":
                standing = newest_of(press)
                if standing is not None:
                    editor.choose(standing.id, Option.DELETE_AND_REPOST, text=f"Anew {number}")
            case "patrol":
                patrol(press)
            case _:
                before = x.invoice().total_usd
                go(press)
                assert x.invoice().total_usd <= max(budget, before)
        before = x.invoice().total_usd
        idle = [publish_due(press).idle, amend(press).idle]
        assert x.invoice().total_usd <= max(budget, before)
        refused += any("budget" in str(one) for one in idle)
        bought += x.invoice().total_usd > before
        assert spent(press) == x.invoice().total_usd
        advance(press, minutes=dice.uniform(3, 90))
    assert bought >= 3
    assert refused >= 3
    assert x.invoice().total_usd <= budget + Decimal("0.05")


def newest_of(press: Press) -> Post | None:
    """The newest post of ours that stands on X and about which nothing is chosen."""
    with press.store.read() as tx:
        found = tx.posts.list_posts(states=[PostState.PUBLISHED], limit=5)
        chosen = tx.corrections.newest_of([one.id for one in found])
    return next((one for one in found if one.deleted_remotely_at is None and one.id not in chosen), None)
