"""Lets the sample site live by its written scenario: publishes, changes and removes, and pushes what it published."""

from __future__ import annotations

import json
import threading
import tomllib
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from asiaradar_bot.sandbox.site.local import SampleSite

PUSH_SECONDS = 5.0

_STEPS = Path(__file__).with_name("scenario.toml")


class Scenario:
    """
    The steps of scenario.toml, `pace_seconds` apart; what is on the site already is not published again.

    With `push_url` each publication is told to it, signed with `push_secret` (whsec_...) by the real time of day.

    Raises:
        ValueError: an address without a secret, or the secret is not Base64.
    """

    def __init__(
        self,
        site: SampleSite,
        *,
        pace_seconds: float = 5.0,
        push_url: str | None = None,
        push_secret: str | None = None,
    ) -> None:
        if push_url is not None and not push_secret:
            raise ValueError("a push needs a secret to sign with; give one with --push-secret")
        self._site = site
        self._pace_seconds = pace_seconds
        self._push_url = push_url
        self._webhook = Webhook(push_secret) if push_secret else None
        self._steps: list[dict[str, Any]] = [
            step
            for step in tomllib.loads(_STEPS.read_text(encoding="utf-8"))["steps"]
            if step["do"] != "publish" or not site.is_used(step["slug"])
        ]
        self.failed_pushes: list[str] = []
        """A sentence for each push that did not get through."""

    def advance(self) -> str | None:
        """
        One step, now; a sentence that tells what was done, None: nothing is left to do.
        """
        if not self._steps:
            return None
        step = self._steps.pop(0)
        done = self._do(step)
        if step["do"] == "publish":
            self._push(self._site.url(step["slug"]))
        return done

    def run(self, stopping: threading.Event, *, tell: Callable[[str], None] = lambda _: None) -> None:
        """
        All steps at the set pace, the first at once; ends early when `stopping` is set.

        `tell` hears each step as a sentence, and each push that failed.
        """
        while not stopping.is_set():
            failed_before = len(self.failed_pushes)
            done = self.advance()
            if done is None:
                return
            for sentence in (done, *self.failed_pushes[failed_before:]):
                tell(sentence)
            stopping.wait(self._pace_seconds)

    def _do(self, step: dict[str, Any]) -> str:
        site, slug = self._site, step["slug"]
        match step["do"]:
            case "publish":
                return f"published {site.publish(slug)}"
            case "update":
                site.update(slug, title=step.get("title"), summary=step.get("summary"))
                return f"updated {slug}"
            case "rename":
                site.rename(slug, step["to"])
                return f"renamed {slug} to {step['to']}"
            case "remove":
                site.remove(slug, status=step["status"])
                return f"removed {slug}, which answers {step['status']} now"
            case unknown:
                raise ValueError(f"the scenario has no step {unknown!r}; write publish, update, rename or remove")

    def _push(self, url: str) -> None:
        """
        One try: polling remains the safety net, as with the real site.

        Source: standardwebhooks.com, specification 1.0.
        """
        if self._webhook is None or self._push_url is None:
            return
        # The receiver checks the signature's age by the real clock, not by the site's.
        at, message_id = datetime.now(UTC), f"msg_{uuid.uuid4().hex}"
        body = json.dumps(
            {"type": "article.published", "timestamp": at.isoformat(), "data": {"url": url}}, separators=(",", ":")
        )
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, at, body),
        }
        request = urllib.request.Request(self._push_url, data=body.encode(), headers=headers, method="POST")  # noqa: S310  the address comes from whoever starts the sandbox
        try:
            urllib.request.urlopen(request, timeout=PUSH_SECONDS).close()  # noqa: S310  as above
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            self.failed_pushes.append(f"the push of {url} to {self._push_url} failed: {error}")
