"""Refusals by our own rules, by subject, each with the ids it speaks of; every message is one sentence for people."""

from __future__ import annotations

from datetime import timedelta


class AsiaRadarError(Exception):
    """
    A refusal that a person can understand and mend; its text is shown as it is.
    """


class SettingsError(AsiaRadarError):
    """
    The settings, the policy file or the command line are wrong; the program ends with exit code 2.
    """


class InputError(AsiaRadarError):
    """
    A file, page, feed, image or request from outside can't be used; exit code 1 or an HTTP 4xx.
    """


class NotFoundError(AsiaRadarError):
    """
    What was asked for isn't on record.
    """


class PostError(AsiaRadarError):
    """
    A post can't do what was asked of it.
    """

    def __init__(self, message: str, *, post_id: int | None = None) -> None:
        super().__init__(message)
        self.post_id = post_id


class WrongStateError(PostError):
    """
    The state table has no such move, or the post has moved on meanwhile.
    """


class VersionConflictError(PostError):
    """
    Somebody else changed the post since it was read; nothing was written.
    """

    def __init__(self, message: str, *, post_id: int | None = None, changes: int = 0) -> None:
        super().__init__(message, post_id=post_id)
        self.changes = changes
        """How many changes there were since; 0: it is not known."""


class SheetConflictError(AsiaRadarError):
    """
    A sheet was saved by somebody else since it was read; nothing was written. `theirs` is what stands there now.
    """

    def __init__(self, message: str, *, theirs: object) -> None:
        super().__init__(message)
        self.theirs = theirs


class RulesConflictError(AsiaRadarError):
    """
    Somebody else saved the policy or the template since it was read; nothing was written.
    """

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


class AccessError(AsiaRadarError):
    """
    The person's role does not reach for what was asked; an HTTP 403.
    """


class TextError(AsiaRadarError):
    """
    A text can't go out: empty, too long, or with links, mentions or signs that aren't allowed.
    """


class TemplateError(AsiaRadarError):
    """
    A template is broken, forbidden or too costly.
    """

    def __init__(self, message: str, *, template: str | None = None) -> None:
        super().__init__(message)
        self.template = template


class StorageError(AsiaRadarError):
    """
    The database can't be used: damaged, locked, full, out of date or not reachable.
    """


class ListenError(AsiaRadarError):
    """
    The web server can't have its address.
    """


class SealError(AsiaRadarError):
    """
    A secret of the database can't be sealed or opened with the keys at hand.
    """


class CannotReadError(AsiaRadarError):
    """
    X (or another outside reader) gave no usable answer to a question that changes nothing; it may be asked again.

    `surely_unread`: nothing was read, so nothing is owed. `wait`: how long X asked to be left alone; None: it did not.
    """

    def __init__(self, message: str, *, surely_unread: bool = False, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.surely_unread = surely_unread
        self.wait = wait
