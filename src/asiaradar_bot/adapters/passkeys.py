"""Passkeys, by the webauthn library: what browsers are asked, and what of their answers is believed."""

from __future__ import annotations

import json
from collections.abc import Collection

from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.model.second_factor import NewPasskey, Passkey, Place

_MOST_CHARS = 20_000
_BROKEN = "the browser's answer can't be read: load the page again, then repeat"


class WebAuthnPasskeys:
    """
    Implements `ports.PasskeyChecker`; user verification is always asked for, so that a passkey is two factors in one.

    Source: Web Authentication Level 3 (W3C), 7.1 and 7.2.
    """

    def new_challenge(self) -> str:
        """64 random bytes, in base64url."""
        from webauthn.helpers import bytes_to_base64url, generate_challenge

        return bytes_to_base64url(generate_challenge())

    def add_options(self, place: Place, challenge: str, *, user_id: int, name: str, known: Collection[str]) -> str:
        """What the browser needs to make a passkey, as JSON; those in `known` are not made twice."""
        from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        return options_to_json(
            generate_registration_options(
                rp_id=place.host,
                rp_name="asiaradar",
                user_name=name,
                user_id=f"asiaradar-user-{user_id}".encode(),
                challenge=base64url_to_bytes(challenge),
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
            )
        )

    def ask_options(self, place: Place, challenge: str) -> str:
        """What the browser needs to sign with any passkey of this place, as JSON."""
        from webauthn import base64url_to_bytes, generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        return options_to_json(
            generate_authentication_options(
                rp_id=place.host,
                challenge=base64url_to_bytes(challenge),
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def check_new(self, credential: str, *, challenge: str, place: Place) -> NewPasskey:
        """The passkey that the browser made, its user verified. Raises AccessError."""
        from webauthn import base64url_to_bytes, verify_registration_response
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            made = verify_registration_response(
                credential=_bounded(credential),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=place.host,
                expected_origin=place.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise AccessError("this passkey was not made for this page: load it again, then repeat") from error
        return NewPasskey(
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
        )

    def id_of(self, credential: str) -> str:
        """Which passkey the browser says it used. Raises AccessError."""
        try:
            found = json.loads(_bounded(credential))
        except ValueError as error:
            raise AccessError(_BROKEN) from error
        given = found.get("id") if isinstance(found, dict) else None
        if not isinstance(given, str):
            raise AccessError(_BROKEN)
        return given.rstrip("=")

    def check_use(self, credential: str, known: Passkey, *, challenge: str, place: Place) -> int:
        """The passkey's new counter, its user verified. Raises AccessError."""
        from webauthn import base64url_to_bytes, verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            used = verify_authentication_response(
                credential=_bounded(credential),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=place.host,
                expected_origin=place.origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise AccessError("this passkey does not open this door: try another, or the password") from error
        return used.new_sign_count


def _bounded(credential: str) -> str:
    if len(credential) > _MOST_CHARS:
        raise AccessError(_BROKEN)
    return credential
