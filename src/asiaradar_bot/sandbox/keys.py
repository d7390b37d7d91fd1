"""The fixed credentials that open the local X and nothing else; without its server, which not every start needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """
    The four OAuth 1.0a values and the app's bearer token. Sandbox only: they are no secret and no key to anything.
    """

    consumer_key: str = "sandbox-consumer-key"
    consumer_secret: str = "sandbox-consumer-secret"  # noqa: S105  public value of a local simulator
    access_token: str = "1730000000000000001-sandbox-access-token"  # noqa: S105  as above
    access_token_secret: str = "sandbox-access-token-secret"  # noqa: S105  as above
    bearer_token: str = "sandbox-app-bearer-token"  # noqa: S105  as above
