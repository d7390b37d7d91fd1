"""What can be done about a post whose article changed: options with price and reason, their texts, and when to look."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.correction import (
    ChainPost,
    Change,
    ChangeKind,
    Correction,
    CorrectionState,
    CorrectionTerms,
    Offer,
    Option,
    WatchedPost,
)
from asiaradar_bot.model.errors import InputError, TextError
from asiaradar_bot.model.money import Billable, PriceList, plain_usd
from asiaradar_bot.model.post import NewPost, Post, PostId, PostKind, PostPicture, PostState, picture_fields
from asiaradar_bot.rules.addresses import same_article_key, with_tracking_of
from asiaradar_bot.rules.post_text import LIMIT, defuse, links, normalise, weighted_length
from asiaradar_bot.rules.prices import price_of, price_of_post
from asiaradar_bot.rules.retries import back_off
from asiaradar_bot.rules.segments import word_ends

CHOOSABLE = frozenset({CorrectionState.OPEN, CorrectionState.UNKNOWN})
_MARGIN = timedelta(minutes=1)
"""An edit that is asked for in the window's last minute may come too late."""
_SHARE_OF_AGE = 8
_MARKER = re.compile(r"\bc[0-9a-f]{10}\b")
"""As `steps/correct` makes them."""
_RETRY_BASE, _RETRY_CAP = timedelta(minutes=1), timedelta(hours=6)

_LABELS: dict[str, tuple[str, str]] = {
    "en": ("Correction", "We have withdrawn this report"),
    "zh": ("更正", "我们已撤回这篇报道"),
    "zh-hant": ("更正", "我們已撤回這篇報道"),
    "ja": ("訂正", "この記事は取り下げました"),
    "ko": ("정정", "이 기사는 철회되었습니다"),
}


def next_look(post: WatchedPost, *, now: datetime, terms: CorrectionTerms) -> datetime | None:
    """
    When the page of a posted article is to be read again; None: not at all, or that is settled already.

    The gaps grow with the post's age: corrections come early. A page that cannot be read is left alone for longer.
    """
    if post.is_gone or post.next_read_at is not None:
        return None
    if post.read_failures:
        return now + back_off(post.read_failures, base=_RETRY_BASE, cap=_RETRY_CAP, spread=1.0)
    gap = max(terms.first_gap, (now - post.published_at) / _SHARE_OF_AGE)
    return max(now, (post.read_at or post.published_at) + gap)


def offers_for(
    post: Post,
    correction: Correction | None,
    drafts: Mapping[Option, str],
    *,
    edits: int,
    now: datetime,
    terms: CorrectionTerms,
    prices: Sequence[PriceList],
    place_taken_by: PostId | None = None,
) -> tuple[Offer, ...]:
    """
    Every option with the price of its draft and whether it is open; `edits` is how often the post was edited already.

    Of a post whose place another one took nothing is open: readers see the other one.
    """
    busy = None
    if place_taken_by is not None:
        busy = f"post {place_taken_by} stands in its place now: correct that one"
    elif post.state is not PostState.PUBLISHED:
        busy = f"the post is {post.state}: nothing of it is on X"
    elif correction is not None and correction.state not in CHOOSABLE:
        busy = f"the correction is {correction.state.replace('_', ' ')}: {correction.why}"
    found = []
    for option in Option:
        closed = busy or _closed(option, post, edits=edits, now=now, terms=terms)
        price = price_of_option(option, post, drafts.get(option, ""), now=now, prices=prices)
        does = closed or _does(option, post, now=now, terms=terms)
        found.append(Offer(option=option, price_usd=price, is_open=closed is None, why=does))
    return tuple(found)


def price_of_option(option: Option, post: Post, text: str, *, now: datetime, prices: Sequence[PriceList]) -> Decimal:
    """
    USD that X asks for the option with this text; what a person does in the app is free.

    The price of an edit is not documented: it is taken for that of a new post. An edit and a repost show the post's
    pictures again, and their descriptions are paid again.
    """
    if option in {Option.REPLY, Option.DISMISS}:
        return Decimal(0)
    described = 0 if option is Option.POST else _described(post.pictures)
    total = price_of_post(text, on=now.date(), lists=prices, described=described)
    if option is Option.DELETE_AND_REPOST:
        total += price_of(Billable.DELETE, on=now.date(), lists=prices)
    return total


def edit_ends_at(post: Post, terms: CorrectionTerms) -> datetime | None:
    """
    Until when X lets the post be edited; None: it does not, or the post is not out.
    """
    if not terms.premium or post.published_at is None:
        return None
    return post.published_at + terms.edit_window


def _closed(option: Option, post: Post, *, edits: int, now: datetime, terms: CorrectionTerms) -> str | None:
    if option in {Option.POST, Option.DISMISS}:
        return None
    if post.deleted_remotely_at is not None:
        return "the post is no longer on X"
    return _no_edit(post, edits=edits, now=now, terms=terms) if option is Option.EDIT else None


def _no_edit(post: Post, *, edits: int, now: datetime, terms: CorrectionTerms) -> str | None:
    """
    Source: docs.x.com/x-api/fundamentals/edit-posts and the changelog of 2025-10-03.
    """
    if terms.four_eyes:
        return "an edit is one person's word, and two are asked for (approval.four_eyes): post a correction instead"
    ends_at = edit_ends_at(post, terms)
    if ends_at is None:
        return "the account is not Premium, and X lets only Premium accounts edit (setting corrections.premium)"
    if now > ends_at - _MARGIN:
        return f"X let it be edited until {ends_at:%Y-%m-%d %H:%M} UTC only"
    if edits >= terms.edits_allowed:
        return f"it was edited {edits} times, and X allows no more"
    if post.part > 1 or post.reply_to is not None:
        return "X does not let replies be edited"
    return None


def _does(option: Option, post: Post, *, now: datetime, terms: CorrectionTerms) -> str:
    match option:
        case Option.EDIT:
            ends_at = edit_ends_at(post, terms) or now
            return f"changes the post itself; X allows it until {ends_at:%H:%M} UTC"
        case Option.POST:
            answers = terms.answer_original and post.deleted_remotely_at is None
            return "queues a correction " + ("that answers the post" if answers else "as a post of its own")
        case Option.DELETE_AND_REPOST:
            second = "; a second person must agree" if terms.two_person_delete else ""
            if post.parts > 1:
                return (
                    f"deletes part {post.part} of {post.parts} of its thread with its likes and answers, then queues a "
                    f"new post that stands alone, outside the thread{second}"
                )
            return f"deletes the post with its likes and answers, then queues a new one{second}"
        case Option.REPLY:
            return "keeps a text ready that a person posts in the app; it is linked when it is seen"
        case Option.DISMISS:
            return "leaves the post as it is, with a reason on record"


def moved_to(text: str, *, told_url: str | None, url: str | None) -> str | None:
    """
    Where the article stands now, if the text leads to another address; None: all is well, or it leads nowhere.

    `told_url` is where it stood when the text was written.
    """
    if told_url is None or url is None or not _differ(told_url, url):
        return None
    return None if any(not _differ(link, url) for link in links(text)) else url


def with_move(change: Change | None, *, told_url: str, url: str) -> Change:
    """
    The change together with that the article moved, the graver of the two first.
    """
    moved = f"it stands at {url} now, and the post leads to its former address {told_url}"
    if change is None:
        return Change(kind=ChangeKind.MOVED, reasons=(moved,))
    kinds = list(ChangeKind)
    kind = max(change.kind, ChangeKind.MOVED, key=kinds.index)
    reasons = (moved, *change.reasons) if kind is ChangeKind.MOVED else (*change.reasons, moved)
    return Change(kind=kind, reasons=reasons)


def check_destination(text: str, *, told_url: str | None, url: str, gone: bool) -> None:
    """
    Return if the text of a correction does not lead to where its article is no more.

    Raises:
        TextError: it does; the sentence says where the article is, if anybody knows.
    """
    for link in links(text):
        if gone and (not _differ(link, url) or (told_url is not None and not _differ(link, told_url))):
            raise TextError(f"the text leads to {link}, and that page is gone: take the link out")
        if told_url is not None and _differ(told_url, url) and not _differ(link, told_url):
            raise TextError(f"the text leads to {link}, where the article is no more: it stands at {url} now")


def _differ(one: str, other: str) -> bool:
    try:
        return same_article_key(one) != same_article_key(other)
    except InputError:
        return True


def _led_to(post: Post, address: str | None) -> Post:
    """
    The post with the article's address now in place of the former one, its tracking parameters kept.
    """
    if post.link is None or moved_to(post.text, told_url=post.article_url or post.link, url=address) is None:
        return post
    link = with_tracking_of(str(address), post.link)
    return replace(post, text=post.text.replace(post.link, link), link=link)


def drafts_for(
    post: Post, correction: Correction | None, old: Facts | None, new: Facts | None, *, address: str | None = None
) -> dict[Option, str]:
    """
    A text to begin with for each option that has one; a person reads and changes it before anything is sent.

    `address` is where the article stands now: where the post leads elsewhere, the texts lead there.
    """
    was, post = post, _led_to(post, address)
    label, withdrawn = _labels(new.language if new is not None else None)
    if correction is not None and correction.kind is ChangeKind.RETRACTION and old is not None:
        said = _cut(f"{withdrawn}: {old.title}", old.language)
        return dict.fromkeys((Option.EDIT, Option.POST, Option.DELETE_AND_REPOST, Option.REPLY), said)
    language = new.language if new is not None else None
    edited = _reworded(post, old, new)
    told = _what_is_right(old, new) or post.text.partition("\n")[0]
    note = _cut(f"{label}: {told}", language)
    if post is not was:
        note = _with_link(label, told, post.link or "", language)
    again = edited if edited.startswith(f"{label}: ") else f"{label}: {edited}"
    return {
        Option.EDIT: edited,
        Option.POST: note,
        Option.DELETE_AND_REPOST: again if weighted_length(again) <= LIMIT else edited,
        Option.REPLY: note,
    }


def _with_link(label: str, told: str, link: str, language: str | None) -> str:
    clean = normalise(defuse(normalise(f"{label}: {told}"), ()))
    heads = [clean, *(f"{clean[:end]}…" for end in reversed(list(word_ends(clean, language=language))))]
    return next((text for head in heads if weighted_length(text := f"{head}\n{link}") <= LIMIT), link)


def _labels(language: str | None) -> tuple[str, str]:
    asked = (language or "en").lower()
    if asked in {"zh-tw", "zh-hk", "zh-mo"}:
        asked = "zh-hant"
    return _LABELS.get(asked) or _LABELS.get(asked.partition("-")[0]) or _LABELS["en"]


def _reworded(post: Post, old: Facts | None, new: Facts | None) -> str:
    """
    The post's text with the new headline and summary in place of the old ones, where it holds them word for word.
    """
    text = post.text
    if old is None or new is None:
        return text
    for before, after in ((old.title, new.title), (old.summary, new.summary)):
        if before and after and before in text:
            text = text.replace(before, after, 1)
    kept = [post.link] if post.link else []
    text = normalise(defuse(text, kept))
    return text if weighted_length(text) <= LIMIT else post.text


def _what_is_right(old: Facts | None, new: Facts | None) -> str:
    if old is None or new is None:
        return ""
    if old.title == new.title and old.summary != new.summary:
        return new.summary or new.title
    return new.title


def _cut(text: str, language: str | None) -> str:
    clean = normalise(defuse(normalise(text), ()))
    if weighted_length(clean) <= LIMIT:
        return clean
    fitting = [clean[:end] for end in word_ends(clean, language=language)]
    return max((f"{part}…" for part in fitting if weighted_length(f"{part}…") <= LIMIT), key=len, default=clean)


def with_own_marker(text: str, post: Post, *, fresh: str) -> str:
    """
    The text with `fresh` in place of the old post's marker; done before anybody sees the text as it will be sent.
    """
    return text.replace(post.marker, fresh)


def own_marker(text: str, correction: Correction, *, taken: Collection[str]) -> str:
    """
    The marker of a correcting post: the one that its text carries, else one that goes unseen.

    `taken` are markers of other posts: somebody may have copied an old address into the text.
    """
    found = _MARKER.search(text)
    if found is not None and found[0] not in taken:
        return found[0]
    seed = f"{correction.id}|{correction.version}|{correction.opened_at.isoformat()}"
    return "c" + hashlib.sha256(seed.encode()).hexdigest()[:10]


def correcting_post(
    correction: Correction,
    post: Post,
    *,
    text: str,
    marker: str,
    reply_to: str | None,
    now: datetime,
    prices: Sequence[PriceList],
    who: str,
) -> NewPost:
    """
    The new post that answers or replaces the old one, to go out at once, byte for byte with this text.

    `marker` is its own (see `own_marker`). One that takes the old one's place shows its pictures, too. Reports compare
    it by category and language as they did the old one; its words are nobody's template.
    """
    found = links(text)
    answers = correction.option is Option.POST
    shown = () if answers else post.pictures
    price = price_of_post(text, on=now.date(), lists=prices, described=_described(shown))
    return NewPost(
        kind=PostKind.MANUAL,
        state=PostState.QUEUED,
        news_class=post.news_class,
        text=text,
        link=found[0] if found else None,
        marker=marker,
        due_at=now,
        expires_at=None,
        reason=f"{'corrects' if answers else 'stands in for'} post {post.id}, decided by {who}",
        created_at=now,
        price_usd=str(price),
        text_frozen=True,
        category=post.category,
        language=post.language,
        approved_by=who,
        reply_to=reply_to,
        corrects_id=post.id,
        **picture_fields(shown),  # type: ignore[arg-type]  # its three fields
    )


def _described(pictures: Sequence[PostPicture]) -> int:
    return sum(1 for one in pictures if one.alt_text)


def chain_line(link: ChainPost) -> str:
    """
    One post of a chain in words, such as `post 5 took the place of post 1, gone from X`.
    """
    post = link.post
    if post.corrects_id is None:
        did = "is the original"
    elif link.takes_place:
        did = f"{'took' if link.took_place_of else 'is to take'} the place of post {post.corrects_id}"
    else:
        did = f"corrects post {post.corrects_id}"
    stands = "gone from X" if post.deleted_remotely_at is not None else post.state.value
    return f"post {post.id} {did}, {stands}"


def alert_text(correction: Correction, post: Post, offers: Sequence[Offer], *, desk_url: str) -> str:
    """
    What people are told: the change, what is open at which price, what is not and why, and where to decide.
    """
    lines = [
        f"the article of post {post.id} changed after posting ({correction.kind}): {'; '.join(correction.reasons)}"
    ]
    choices = [one for one in offers if one.is_open and one.option is not Option.DISMISS]
    can = [f"{one.option} {plain_usd(one.price_usd)} USD" for one in choices]
    cannot = [f"{one.option} is not open: {one.why}" for one in offers if not one.is_open]
    lines.append(f"open: {', '.join(can)}" if can else "nothing can be done on X")
    lines += cannot
    lines.append(f"decide at {desk_url}/posts/{post.id}/correct or with `asiaradar posts correct {post.id}`")
    return ". ".join(lines)
