"""What the steps ask of authenticator codes, of passkeys, and of the rows that remember them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from asiaradar_bot.model.second_factor import Authenticator, NewPasskey, Passkey, Place, Step
from asiaradar_bot.model.user import UserId


class OneTimeCodes(Protocol):
    """
    Six digits that change every 30 seconds.
    """

    def new_secret(self) -> str:
        """
        A secret to share with an app, in Base32.
        """

    def address(self, secret: str, *, name: str) -> str:
        """
        The `otpauth://` address that apps read from a QR code.
        """

    def step_of(self, secret: str, code: str, *, at: datetime) -> int | None:
        """
        The 30-second step the code belongs to, one earlier and one later allowed; None: it is no code of this time.
        """


class PasskeyChecker(Protocol):
    """
    Talks to browsers about passkeys, and never believes them unsigned.
    """

    def new_challenge(self) -> str:
        """
        Random bytes to be signed, in base64url.
        """

    def add_options(self, place: Place, challenge: str, *, user_id: int, name: str, known: Collection[str]) -> str:
        """
        What the browser needs to make a passkey, as JSON; those in `known` are not made twice.
        """

    def ask_options(self, place: Place, challenge: str) -> str:
        """
        What the browser needs to sign with any passkey of this place, as JSON.
        """

    def check_new(self, credential: str, *, challenge: str, place: Place) -> NewPasskey:
        """
        The passkey that the browser made, its user verified by finger, face or PIN.

        Raises:
            AccessError: the answer is not for this challenge and place, or is broken.
        """

    def id_of(self, credential: str) -> str:
        """
        Which passkey the browser says it used. Raises AccessError.
        """

    def check_use(self, credential: str, known: Passkey, *, challenge: str, place: Place) -> int:
        """
        The passkey's new counter, its user verified.

        Raises:
            AccessError: the signature is not of this passkey, challenge and place, or the counter went back.
        """


class FactorRows(Protocol):
    """
    Second factors and open steps; codes and tokens as SHA-256 digests, an app's secret sealed.
    """

    def find_app(self, user_id: UserId) -> Authenticator | None:
        """The app, confirmed or not, or None."""

    def save_app(self, app: Authenticator) -> None:
        """Insert or replace."""

    def use_app_step(self, user_id: UserId, step: int) -> bool:
        """Mark a 30-second step as used; False: it or a later one was used before."""

    def list_passkeys(self, user_id: UserId) -> Sequence[Passkey]:
        """Oldest first."""

    def find_passkey(self, credential_id: str) -> Passkey | None:
        """The passkey of that id, or None."""

    def add_passkey(self, passkey: NewPasskey, user_id: UserId, *, label: str, at: datetime) -> None:
        """Insert."""

    def use_passkey(self, passkey: Passkey, *, sign_count: int, at: datetime) -> bool:
        """Write its counter if it still is as it was; False: somebody used it in the same moment."""

    def remove_passkey(self, user_id: UserId, passkey_id: int) -> bool:
        """False: there is none of that user."""

    def remove_app(self, user_id: UserId) -> bool:
        """False: there was none."""

    def replace_codes(self, user_id: UserId, digests: Collection[str]) -> None:
        """New recovery codes; the old ones work no more."""

    def use_code(self, user_id: UserId, digest: str) -> bool:
        """Use a recovery code up; False: it is none of that user's. Twice in the same moment works once."""

    def count_codes(self, user_id: UserId) -> int:
        """Recovery codes that are left."""

    def has_any(self, user_id: UserId) -> bool:
        """Whether there is a confirmed app or a passkey."""

    def with_any(self) -> Collection[UserId]:
        """Users with a confirmed app or a passkey."""

    def add_step(self, digest: str, step: Step) -> None:
        """Insert."""

    def find_step(self, digest: str, *, at: datetime) -> Step | None:
        """The step if it is not over, or None."""

    def take_step(self, digest: str, *, at: datetime) -> Step | None:
        """The step if it is not over, and remove it: twice in the same moment gives it once."""

    def end_steps(self, user_id: UserId) -> None:
        """Remove the open steps of the user."""

    def count_steps(self, address: str, *, at: datetime) -> int:
        """Open steps from this address."""

    def forget_steps(self, *, before: datetime) -> int:
        """Remove steps that were over before then; how many."""
