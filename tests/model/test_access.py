"""The one table of who may do what."""

from __future__ import annotations

import pytest

from asiaradar_bot.model.access import LEAST_ROLE, Action, Person, Role
from asiaradar_bot.model.errors import AccessError


def test_every_action_has_its_role() -> None:
    """No action is open by having been forgotten in the table."""
    assert set(LEAST_ROLE) == set(Action)


@pytest.mark.parametrize("action", list(Action))
def test_roles_build_on_each_other(action: Action) -> None:
    """A role may do what the one below it may, and an admin everything."""
    may = [Person(who="desk:kim", role=role).may(action) for role in Role]
    assert may == sorted(may)
    assert may[-1]


def test_a_refusal_says_which_role_is_needed() -> None:
    """Who asks too much learns whom to turn to."""
    with pytest.raises(AccessError, match="desk:kim is viewer and may not publish now: that needs the role publisher"):
        Person(who="desk:kim", role=Role.VIEWER).check(Action.PUBLISH_NOW)
