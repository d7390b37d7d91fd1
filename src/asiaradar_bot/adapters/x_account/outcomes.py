"""
The one table that turns X's answers and the network's failures into outcomes.

«Surely not posted» needs proof: a 4xx by X itself, or a failure before the first byte. All else is Unconfirmed.

Source: X API response codes (docs.x.com/x-api/fundamentals/response-codes-and-errors); tweepy 4.17, requests and
urllib3 as measured against a simulator, 2026-11-23.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import requests
from tweepy.errors import HTTPException
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError
from urllib3.exceptions import SSLError as TLSError

from asiaradar_bot.adapters.x_account.session import GateClosedError
from asiaradar_bot.model.outcome import (
    AccountBlocked,
    AlreadyThere,
    Deleted,
    DeleteOutcome,
    GateClosed,
    Published,
    PublishOutcome,
    Refused,
    RetryLater,
    Unconfirmed,
)

_NO_HINT = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(hours=25)
_TEXT_CHARS = 200
_ACCOUNT_WORDS = ("suspended", "oauth1-permissions", "client-forbidden", "locked")


def outcome_of_answer(response: requests.Response, *, now: datetime) -> PublishOutcome:
    """
    What an answer to a create call means; `now` is needed for the rate limit's reset time.
    """
    status = response.status_code
    body = _body(response)
    detail = f"X answered {status}: {_said(body) or response.reason or 'no words'}"
    if 200 <= status < 300:  # noqa: PLR2004 - the 2xx class
        remote_id = body.get("data", {}).get("id") if isinstance(body.get("data"), dict) else None
        if remote_id:
            return Published(remote_id=str(remote_id))
        return Unconfirmed(detail=f"X answered {status} without an id")
    return _refusal(status, body, detail, headers=response.headers, now=now)


def _refusal(
    status: int, body: Mapping[str, Any], detail: str, *, headers: Mapping[str, str], now: datetime
) -> PublishOutcome:
    said = json.dumps(body).lower()
    match status:
        case 429:
            return RetryLater(detail=detail, wait=_rate_wait(headers, now=now), counts=False)
        case 403 if "duplicate content" in said:
            return AlreadyThere(detail=detail)
        case 401 | 402:
            return AccountBlocked(detail=detail)
        case 403 if any(word in said for word in _ACCOUNT_WORDS):
            return AccountBlocked(detail=detail)
        case 400 | 403 | 404 | 413 | 422:
            return Refused(detail=detail)
        case _:
            return Unconfirmed(detail=detail)


def outcome_of_failure(error: Exception, *, now: datetime) -> PublishOutcome:
    """
    What a failure without a readable answer means; anything unknown is Unconfirmed.
    """
    if isinstance(error, GateClosedError):
        return GateClosed(detail=str(error))
    if isinstance(error, HTTPException):
        return outcome_of_answer(error.response, now=now)
    cause = _first_cause(error)
    if isinstance(cause, (NewConnectionError, ConnectTimeoutError)):
        return RetryLater(detail="no connection to X: nothing was sent")
    if isinstance(cause, TLSError) and _is_certificate(cause):
        return RetryLater(detail="the certificate of X's server was not accepted: nothing was sent")
    return Unconfirmed(detail=f"the call to X ended without a clear answer ({type(error).__name__})")


def outcome_of_delete(response: requests.Response, *, now: datetime) -> DeleteOutcome:
    """
    What an answer to a delete call means; a post that X does not know (any more) is gone, which is what was asked.

    Source: docs.x.com/x-api/posts/manage-tweets/integrate; its word for a post that is gone is not documented.
    """
    status = response.status_code
    body = _body(response)
    if 200 <= status < 300:  # noqa: PLR2004 - the 2xx class
        data = body.get("data")
        if status == HTTPStatus.NO_CONTENT or (isinstance(data, dict) and data.get("deleted") is True):
            return Deleted()
        return Unconfirmed(detail=f"X answered {status} without saying that it is deleted")
    said = json.dumps(body).lower()
    if status == HTTPStatus.NOT_FOUND and ("not-found" in said or "not find" in said or "not found" in said):
        return Deleted(was_gone=True)
    outcome = outcome_of_answer(response, now=now)
    return outcome if not isinstance(outcome, Published | AlreadyThere) else Unconfirmed(detail=said[:_TEXT_CHARS])


def outcome_of_failed_delete(error: Exception, *, now: datetime) -> DeleteOutcome:
    """
    What a failure of a delete call means; anything unknown is Unconfirmed.
    """
    if isinstance(error, HTTPException):
        return outcome_of_delete(error.response, now=now)
    outcome = outcome_of_failure(error, now=now)
    return outcome if not isinstance(outcome, Published | AlreadyThere) else Unconfirmed(detail=type(error).__name__)


def _first_cause(error: Exception) -> BaseException | None:
    if isinstance(error, requests.exceptions.ConnectionError) and error.args:
        inner = error.args[0]
        return inner.reason if isinstance(inner, MaxRetryError) else inner
    return None


def _is_certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = next((part for part in seen.args if isinstance(part, BaseException)), None)
    return False


def _body(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _said(body: Mapping[str, Any]) -> str:
    parts = [str(body[name]) for name in ("title", "detail") if body.get(name)]
    errors = body.get("errors")
    if isinstance(errors, list):
        parts += [str(one.get("message") or one.get("detail")) for one in errors if isinstance(one, dict)]
    return ": ".join(dict.fromkeys(parts))[:_TEXT_CHARS]


def _rate_wait(headers: Mapping[str, str], *, now: datetime) -> timedelta:
    waits = []
    for kind in ("x-app-limit-24hour", "x-user-limit-24hour", "x-rate-limit"):
        if headers.get(f"{kind}-remaining") == "0" and headers.get(f"{kind}-reset", "").isdigit():
            reset_at = datetime.fromtimestamp(int(headers[f"{kind}-reset"]), UTC)
            waits.append(reset_at - now + timedelta(seconds=1))
    if not waits:
        return _NO_HINT
    return min(max(*waits, timedelta(seconds=1)), _LONGEST_WAIT)
