"""The contract of `ports.Courier`, held by WebhookCourier over real HTTP on loopback; no fake is needed by any test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from asiaradar_bot.adapters.courier import WebhookCourier
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.model.program import Message
from asiaradar_bot.ports import Courier
from tests.fakes.outside import NOON
from tests.fakes.receiver import Receiver

SECRET = "whsec_" + "c2VjcmV0" * 4


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Another program that listens."""
    made = Receiver()
    yield made
    made.close()


def courier(*, near: bool) -> Courier:
    """The real one; `near`: it may speak to this machine."""
    return WebhookCourier(
        lambda host: SafeFetcher(allowed_hosts=[host], allow_private_addresses=near, user_agent="t", contact="t")
    )


def message(body: dict[str, object]) -> Message:
    """One message."""
    return Message(id="evt_1", at=NOON, body=body)


def test_a_message_arrives_whole_and_signed(receiver: Receiver) -> None:
    """Any script arrives as it was, under the id and the time of the message, signed over exactly these bytes."""
    answer = courier(near=True).deliver(receiver.url, message({"type": "post.add", "data": "日本 «»"}), secret=SECRET)
    assert answer.error is None
    ((headers, body),) = receiver.got
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("evt_1", str(int(NOON.timestamp())))
    signed = Verifier(SECRET).sign("evt_1", NOON, body.decode())
    assert headers["webhook-signature"] == signed
    assert "日本" in body.decode()


@pytest.mark.parametrize(("status", "gone"), [(400, False), (404, False), (410, True), (500, False)])
def test_a_refusal_is_a_sentence(receiver: Receiver, status: int, gone: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """An answer other than 2xx is an error in words; only 410 says that no more is wanted."""
    receiver.status = status
    answer = courier(near=True).deliver(receiver.url, message({}), secret=SECRET)
    assert answer.error is not None
    assert answer.gone is gone


def test_nobody_there_is_a_sentence(receiver: Receiver) -> None:
    """A closed port or a name that leads nowhere never raises."""
    receiver.close()
    for url in (receiver.url, "https://nowhere.invalid/hook"):
        assert courier(near=True).deliver(url, message({}), secret=SECRET).error


def test_a_private_address_is_not_told_unasked(receiver: Receiver) -> None:
    """Where private addresses may not be fetched from, a webhook cannot be used to reach into the house."""
    assert courier(near=False).deliver(receiver.url, message({}), secret=SECRET).error is not None
    assert receiver.got == []
