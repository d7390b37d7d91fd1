"""The one table of who may do what."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest

from asiaradar_bot.model.access import LEAST_ROLE, Action, Person, Role
from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.web.words import RIGHTS


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
    viewer = Person(who="desk:kim", role=Role.VIEWER)
    words = "desk:kim has the role viewer and may not ask a source at once: that needs the role publisher or higher"
    with pytest.raises(AccessError, match=words):
        viewer.check(Action.SOURCES)
    with pytest.raises(AccessError, match=r"may not see the settings and the setup doctor: only an admin may$"):
        viewer.check(Action.SETTINGS)
    for action in Action:
        with nullcontext() if viewer.may(action) else pytest.raises(AccessError, match=re.escape(str(RIGHTS[action]))):
            viewer.check(action)
