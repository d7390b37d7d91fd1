"""What keys for sealing and secrets for signing look like."""

from __future__ import annotations

import base64

KEY_WORDS = (
    "keys of 32 bytes in URL-safe Base64, parted by blanks or lines; make one with `openssl rand -base64 32 | tr +/ -_`"
)
_KEY_BYTES = 32
SIGNING_WORDS = '"whsec_" and 24 to 64 random bytes in Base64; make it with `echo "whsec_$(openssl rand -base64 32)"`'
_LEAST_SECRET_BYTES = 24
_MOST_SECRET_BYTES = 64


def are_keys(text: str) -> bool:
    """
    Whether it is one key or more, as `KEY_WORDS` says.
    """
    keys = text.split()
    return bool(keys) and all(_is_key(key) for key in keys)


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == _KEY_BYTES
    except ValueError:
        return False


def is_signing_secret(text: str) -> bool:
    """
    Whether it is as `SIGNING_WORDS` says. Source: Standard Webhooks specification, "Symmetric".
    """
    head, _, secret = text.partition("_")
    try:
        size = len(base64.b64decode(secret, validate=True))
    except ValueError:
        return False
    return head == "whsec" and _LEAST_SECRET_BYTES <= size <= _MOST_SECRET_BYTES
