"""Audit actions and subjects as people say them; the record, the API and the CLI keep the names (`post.queued`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from asiaradar_bot.web.words import named

ACTS: Mapping[str, str] = {
    "post.add": named("post made"),
    "post.change": named("post changed"),
    "post.amend": named("post changed on X"),
    "post.left": named("post left cancelled"),
    "post.draft": named("post made a draft"),
    "post.held": named("post held"),
    "post.queued": named("post queued"),
    "post.sending": named("post on its way to X"),
    "post.published": named("post published"),
    "post.rejected": named("post rejected by X"),
    "post.unknown": named("outcome on X unknown"),
    "post.expired": named("post expired"),
    "post.cancelled": named("post cancelled"),
    "correction.open": named("correction opened"),
    "correction.change": named("correction changed"),
    "correction.asked": named("correction waits for a second person"),
    "correction.due": named("correction decided"),
    "correction.acting": named("correction on its way to X"),
    "correction.unknown": named("outcome of the correction unknown"),
    "correction.posting": named("correction post queued"),
    "correction.by_hand": named("correction to be posted by hand"),
    "correction.edited": named("corrected by an edit"),
    "correction.corrected": named("corrected by another post"),
    "correction.reposted": named("corrected by a new post in its place"),
    "correction.replied": named("corrected by an answer"),
    "correction.dismissed": named("correction dismissed"),
    "article.renamed": named("article moved to a new address"),
    "article.same_as": named("article recognised as another one"),
    "article.unreadable": named("article cannot be read"),
    "source.ask": named("source asked at once"),
    "source.address": named("source has another address in the settings"),
    "source.moved": named("source moved to a new address"),
    "source.warning": named("source gives odd answers"),
    "item.refused": named("item of a source refused"),
    "push.refused": named("pushed address refused"),
    "websub.confirmed": named("hub subscription confirmed"),
    "websub.refused": named("hub subscription refused"),
    "account.foreign_post": named("post on X that is not ours"),
    "account.pause": named("sending paused"),
    "account.resume": named("sending goes on"),
    "kill_switch.on": named("sending stopped"),
    "kill_switch.off": named("sending resumed"),
    "safe_mode.off": named("safe mode ended"),
    "rules.saved": named("rules or template saved"),
    "rules.file": named("rules or template taken from the file"),
    "secrets.resealed": named("secrets sealed anew"),
    "login.ok": named("signed in"),
    "login.failed": named("sign-in failed"),
    "login.second_failed": named("second factor did not fit"),
    "login.passkey_failed": named("passkey did not fit"),
    "login.end": named("signed out"),
    "login.end_all": named("signed out everywhere"),
    "confirm.ok": named("identity confirmed"),
    "confirm.failed": named("identity not confirmed"),
    "factor.add": named("second factor set up"),
    "factor.remove": named("second factor taken away"),
    "factor.reset": named("second factors reset"),
    "factor.codes": named("recovery codes made"),
    "factor.code_used": named("recovery code used"),
    "user.add": named("user added"),
    "user.remove": named("user removed"),
    "user.role": named("role changed"),
    "user.link": named("one-time link made"),
    "user.password": named("password changed"),
    "user.sessions": named("sessions ended"),
    "token.add": named("token made"),
    "token.revoke": named("token revoked"),
    "webhook.add": named("webhook added"),
    "webhook.remove": named("webhook removed"),
    "webhook.start": named("webhook tried again at once"),
    "webhook.again": named("webhook told again"),
    "webhook.stop": named("webhook given up"),
}
"""What pages say of each action; `tests/web/test_acts.py` finds those that the program writes and nobody named."""

SUBJECTS: Mapping[str, str] = {
    "post": named("post %(number)s"),
    "article": named("article %(number)s"),
    "source": named("source %(name)s"),
    "user": named("user %(name)s"),
    "token": named("token %(name)s"),
    "webhook": named("webhook %(number)s"),
    "account": named("account"),
    "database": named("database"),
    "policy": named("policy"),
}
"""Kinds of subjects; what follows is a number or a name, and stays."""


def act_words(action: str, say: Callable[[str], str]) -> str:
    """
    The action in words; one that no version of ours knows keeps its name.
    """
    return say(ACTS[action]) if action in ACTS else action


def subject_words(subject: str, say: Callable[[str], str]) -> str:
    """
    What was acted on, in words; addresses and names stay as they are.
    """
    kind, _, rest = subject.partition(" ")
    words = SUBJECTS.get(kind, "")
    if bool(rest) != ("%(" in words):
        return subject
    return say(words) % {"number": rest, "name": rest} if words else subject
