"""What a list of keys for sealing looks like."""

from __future__ import annotations

import base64

KEY_WORDS = (
    "keys of 32 bytes in URL-safe Base64, parted by blanks or lines; make one with `openssl rand -base64 32 | tr +/ -_`"
)
_KEY_BYTES = 32


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
