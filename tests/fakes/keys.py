"""Stand-ins for the box of secrets and for passkeys, and a device of software that signs as a real one does."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.model.second_factor import NewPasskey, Passkey, Place


class PlainBox:
    """Marks what it sealed, so that a test sees an open secret in the database."""

    def seal(self, text: str) -> str:
        """Readable."""
        return f"sealed {text}"

    def open(self, text: str) -> str:
        """Only what was sealed."""
        assert text.startswith("sealed ")
        return text.removeprefix("sealed ")


class PlainPasskeys:
    """A credential is `ID CHALLENGE COUNT`, and a host if it is not localhost."""

    def __init__(self) -> None:
        self.made = 0

    def new_challenge(self) -> str:
        """Another each time."""
        self.made += 1
        return f"challenge{self.made}"

    def add_options(self, place: Place, challenge: str, *, user_id: int, name: str, known: Collection[str]) -> str:
        """What a test reads."""
        return " ".join([challenge, *sorted(known)])

    def ask_options(self, place: Place, challenge: str) -> str:
        """What a test reads."""
        return challenge

    def check_new(self, credential: str, *, challenge: str, place: Place) -> NewPasskey:
        """Only of this challenge."""
        name, given, count, host = _words(credential)
        if given != challenge or place.host != host:
            raise AccessError("not for this page")
        return NewPasskey(credential_id=name, public_key=b"key", sign_count=int(count))

    def id_of(self, credential: str) -> str:
        """The first word."""
        return _words(credential)[0]

    def check_use(self, credential: str, known: Passkey, *, challenge: str, place: Place) -> int:
        """Only of this challenge, the counter going up."""
        name, given, count, host = _words(credential)
        if (name, given, host) != (known.credential_id, challenge, place.host) or int(count) <= known.sign_count:
            raise AccessError("does not open this door")
        return int(count)


def _words(credential: str) -> list[str]:
    words = credential.split()
    if len(words) == 3:
        words.append("localhost")
    if len(words) != 4:
        raise AccessError("can't be read")
    return words


@dataclass
class SoftDevice:
    """A device of software: makes one passkey (ES256) and signs with it; what it says wrongly is up to the test."""

    origin: str = "http://localhost"
    host: str = "localhost"
    verifies: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def make(self, challenge: str) -> str:
        """What the browser sends after making a passkey."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        told = {"fmt": "none", "attStmt": {}, "authData": self._data(0x40) + attested}
        response = {
            "clientDataJSON": bytes_to_base64url(self._client("webauthn.create", challenge)),
            "attestationObject": bytes_to_base64url(cbor2.dumps(told)),
        }
        return self._credential(response)

    def use(self, challenge: str) -> str:
        """What the browser sends after signing with it."""
        self.count += 1
        data, client = self._data(0), self._client("webauthn.get", challenge)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": bytes_to_base64url(client),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
        }
        return self._credential(response)

    def _data(self, flags: int) -> bytes:
        flags |= 0x05 if self.verifies else 0x01
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _credential(self, response: dict[str, Any]) -> str:
        name = bytes_to_base64url(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
