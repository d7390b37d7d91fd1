"""The local X as tests, the demo and the sandbox mode hold it: started, asked, disturbed and stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from asiaradar_bot.sandbox.keys import Credentials
from asiaradar_bot.sandbox.x.account import Account, Behaviour
from asiaradar_bot.sandbox.x.calls import Call
from asiaradar_bot.sandbox.x.clock import MovableClock, utc_now
from asiaradar_bot.sandbox.x.control import Control
from asiaradar_bot.sandbox.x.creating import put_by_hand
from asiaradar_bot.sandbox.x.faults import Faults
from asiaradar_bot.sandbox.x.mishaps import Delivery, FaultyX, RequestLog, RequestSeen
from asiaradar_bot.sandbox.x.nouns import Invoice, StoredMedia, StoredPost
from asiaradar_bot.sandbox.x.service import XService
from asiaradar_bot.sandbox.x.shelf import Shelf
from asiaradar_bot.sandbox.x.signature import SignatureCheck
from asiaradar_bot.sandbox.x.state import XState
from asiaradar_bot.sandbox.x.wire import LOOPBACK, Listener


class _Switchboard:
    """
    API requests to the faulty service, everything else to the controls.
    """

    def __init__(self, api: FaultyX, control: Control) -> None:
        self._api = api
        self._control = control

    def must_reset(self, method: str, path: str) -> bool:
        return _is_api(path) and self._api.must_reset(method, path)

    def respond(self, call: Call, *, wait: Callable[[float], object]) -> Delivery:
        if _is_api(call.path):
            return self._api.respond(call, wait=wait)
        return Delivery(answer=self._control.answer(call))


def _is_api(path: str) -> bool:
    return path.startswith("/2/")


class LocalX:
    """
    A whole X for one account, on a port of loopback; use it as a context manager, or start() and stop() it.

    `now` is the server's clock (posts, limits, prices, engagement). Signatures are held against `signing_now`: clients
    sign with the machine's real clock, whatever a test does to the server's.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        now: Callable[[], datetime] = utc_now,
        signing_now: Callable[[], datetime] = utc_now,
        account: Account | None = None,
        behaviour: Behaviour | None = None,
        limits: Mapping[str, int] | None = None,
        state_file: Path | None = None,
    ) -> None:
        behaviour = behaviour or Behaviour()
        self.credentials = Credentials()
        self.account = account or Account()
        self.clock = MovableClock(now)
        self._state = XState(
            clock=self.clock, account=self.account, behaviour=behaviour, shelf=Shelf(state_file), limits=limits
        )
        self._log = RequestLog()
        self._timer: threading.Timer | None = None
        self.faults = Faults(on_change=self._follow_refusal)
        check = SignatureCheck(self.credentials, now=signing_now, tolerance=behaviour.clock_tolerance)
        service = XService(self._state, check)
        api = FaultyX(service, faults=self.faults, clock=self.clock, log=self._log)
        switchboard = _Switchboard(api, Control(self._state, faults=self.faults, log=self._log))
        self._listener = Listener(switchboard, port=port)
        # A second port that no fault touches: how else could one lift a refusal over HTTP?
        self._control_listener = Listener(switchboard)

    @property
    def base_url(self) -> str:
        """
        Where the API is: what stands in for https://api.x.com. The web page is there too.
        """
        return f"http://{LOOPBACK}:{self._listener.port}"

    @property
    def control_url(self) -> str:
        """
        Where the controls are reachable even while the API refuses connections.
        """
        return f"http://{LOOPBACK}:{self._control_listener.port}"

    @property
    def requests(self) -> tuple[RequestSeen, ...]:
        """
        Every request that reached the API, with what was done and what was told; oldest first.
        """
        return self._log.lines()

    def posts(self, *, deleted: bool = False) -> list[StoredPost]:
        """
        What readers see, oldest first, in the latest versions; with `deleted` every version that ever was.
        """
        with self._state.lock:
            return list(self._state.posts()) if deleted else list(self._state.newest_first())[::-1]

    def media(self, media_id: str) -> StoredMedia | None:
        """
        The upload with this id; None: there is none.
        """
        with self._state.lock:
            return self._state.find_media(media_id)

    def invoice(self) -> Invoice:
        """
        Everything billed so far.
        """
        with self._state.lock:
            return self._state.ledger.invoice()

    def post_by_hand(self, text: str, *, in_reply_to: str | None = None) -> StoredPost:
        """
        A post that a person makes in the app: no attempt of the bot explains it.
        """
        with self._state.lock:
            return put_by_hand(self._state, text, now=self.clock.now(), in_reply_to=in_reply_to)

    def delete_by_hand(self, post_id: str) -> None:
        """
        What a person does in the app: the post goes, with all its versions, and nobody is billed.

        Raises:
            ValueError: readers see no such post.
        """
        with self._state.lock:
            post = self._state.find_post(post_id)
            if post is None or not post.is_live:
                raise ValueError(f"there is no post {post_id} on the local X to delete")
            self._state.delete(post, self.clock.now())

    def start(self) -> None:
        """
        Listen from now on.
        """
        self._listener.start()
        self._control_listener.start()

    def stop(self) -> None:
        """
        Close every connection and let the ports and the state file go.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._listener.stop()
        self._control_listener.stop()
        self._state.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _follow_refusal(self) -> None:
        refusal = self.faults.find_refusal()
        if refusal is None:
            self._listener.resume()
            return
        number, fault = refusal
        self._listener.refuse()
        if fault.seconds is not None:
            self._timer = threading.Timer(fault.seconds, self.faults.clear, args=(number,))
            self._timer.daemon = True
            self._timer.start()
