"""What pages call audit actions and subjects: every action that the program writes has words, in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import asiaradar_bot
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.correction import CorrectionState
from asiaradar_bot.model.post import PostState
from asiaradar_bot.web.acts import ACTS, SUBJECTS, act_words, subject_words
from asiaradar_bot.web.words import translations
from scripts.translations import TRANSLATED
from tests.web.desk import browser, desk_app, visitor

_ROOT = Path(asiaradar_bot.__file__).parent
_ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
_WRITERS = re.compile(r"(AuditEntry|_?note\w*|\w*_write\w*)$")
"""Calls that put an action on record, as a keyword `action`, `what`, or at some place."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A Desk with one entry of each action on record."""
    with desk_app(tmp_path) as made:
        with made.store.begin() as tx:
            for number, action in enumerate(ACTS, start=1):
                tx.audit.record(AuditEntry(at=made.clock.now(), who="bot", action=action, subject=f"post {number}"))
        yield made


def _written() -> set[str]:
    """Actions in the calls that write them, and those that are put together of a state."""
    found = {f"post.{state}" for state in PostState} | {f"correction.{state}" for state in CorrectionState}
    for file in [*_ROOT.glob("steps/*.py"), *_ROOT.glob("storage/*.py"), *_ROOT.glob("runner/*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _WRITERS.search(ast.unparse(node.func)):
                found |= set(_actions(node))
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "what":
                found |= set(_actions(node.value))
    return found


def _actions(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and _ACTION.fullmatch(one.value):
            yield one.value


def test_every_action_that_is_written_has_words() -> None:
    """The table holds what the program puts on record; names that it writes no more are gone from it."""
    written = _written()
    assert {"post.left", "login.end_all", "rules.file", "factor.codes", "webhook.stop"} <= written
    assert written | {"correction.change"} == set(ACTS)


@pytest.mark.parametrize("language", TRANSLATED)
def test_words_of_actions_and_subjects(language: str) -> None:
    """In each language an action and a subject have words of their own; what nobody knows stays as it is."""
    say = translations(language).gettext
    for action, english in ACTS.items():
        assert act_words(action, say) not in {action, english, ""}, action
    for kind, words in SUBJECTS.items():
        given = f"{kind} 7" if "%(" in words else kind
        assert subject_words(given, say) != given
    for odd in ("post", "account 7", "https://asiaradar.com/a b", "", "xyz 7"):
        assert subject_words(odd, say) == odd
    assert act_words("post.unheard_of", say) == "post.unheard_of"
    assert subject_words("user <b>%(x)s", say).endswith(" <b>%(x)s")


@pytest.mark.parametrize("language", TRANSLATED)
def test_activity_shows_no_english_action(app: App, language: str) -> None:
    """Neither the names of actions nor their English words stand on the page, but as a title for those who need it."""
    page = browser(app, visitor(language=language)).get("/activity").text
    shown = re.findall(r'<td title="([^"]+)">([^<]+)</td><td[^>]*><a href="/posts/\d+">([^<]+)</a>', page)
    assert {action for action, _, _ in shown} == set(ACTS)
    for action, words, subject in shown:
        assert words not in {action, ACTS[action]}
        assert not subject.startswith("post ")
