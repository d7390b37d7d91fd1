"""Rules and templates at the Desk: moved, written, checked, tried and saved as versions; nothing is overwritten."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.decision import Verdict
from asiaradar_bot.model.rulebook import POLICY
from asiaradar_bot.rulekeeping import in_force, save
from tests.web.desk import browser, desk_app, visitor

ROOT = Person(who="cli:root", role=Role.ADMIN)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A bot with the rules and templates of the project."""
    with desk_app(tmp_path) as made:
        yield made


@pytest.fixture
def mei(app: App) -> TestClient:
    """An admin's browser."""
    return browser(app, visitor())


def form(app: App, then: str, **fields: object) -> dict[str, object]:
    """The sheet of the rules as it comes back."""
    now = in_force(app, POLICY)
    return {"text": now.text, "after": now.number, "then": then, **fields}


def default_of(app: App) -> Verdict:
    """What becomes of an article that no rule speaks of."""
    return app.policy.default_verdict


def names(app: App) -> list[str]:
    """Names of the rules in force, in order."""
    return [rule.name for rule in app.policy.rules]


def test_rules_stand_in_words_in_their_order(mei: TestClient) -> None:
    """Each rule is a sentence, the default the last of them."""
    page = html.unescape(mei.get("/rules").text)
    assert page.index("An article marked «breaking» or «breaking news» or «just in»") < page.index(
        "An article in «Opinion» waits"
    )
    assert "Any other article is posted." in page
    assert "As in the file config/policy.toml" in page


def test_a_rule_is_moved_tried_and_saved(app: App, mei: TestClient) -> None:
    """Up changes the text at hand only; saving makes version 1, which counts at once and stands in the audit."""
    moved = mei.post("/rules", data=form(app, "up:1"))
    assert "Not saved yet" in moved.text
    assert names(app)[0] == "breaking"
    text = html.unescape(moved.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])
    saved = mei.post("/rules", data=form(app, "save", text=text, note="opinion first"))
    assert saved.status_code == 303
    assert names(app)[:2] == ["opinion waits", "breaking"]
    page = mei.get("/rules").text
    assert "Version 1" in page
    assert "opinion first" in page
    with app.store.read() as tx:
        entry = tx.audit.list_recent(subject=POLICY)[0]
    assert (entry.who, entry.action, entry.why) == ("desk:mei", "rules.saved", "opinion first")


def test_a_rule_is_inserted_edited_and_taken_out(app: App, mei: TestClient) -> None:
    """The fields of a rule become its lines in the text; what stands around them stays letter for letter."""
    assert "New rule" in mei.post("/rules", data=form(app, "insert:0")).text
    fields = {
        "name": 'no "ads"',
        "verdict": "skip",
        "keywords": "advert, 广告",
        "headline_words": "free gift",
        "why": "x",
        "place": 0,
    }
    put = html.unescape(mei.post("/rules", data=form(app, "put", **fields)).text)
    assert "An article marked «advert» or «广告» and whose headline says «free gift» is not posted." in put
    edited = mei.post("/rules", data=form(app, "edit:1")).text
    assert 'value="opinion waits"' in edited
    changed = mei.post("/rules", data=form(app, "put", name="opinion", verdict="skip", place=1, instead="true")).text
    assert "opinion waits" not in html.unescape(changed.partition("<ol")[2].partition("</ol>")[0])
    assert ">opinion</h3>" in changed
    assert ">opinion waits</h3>" not in mei.post("/rules", data=form(app, "delete:1")).text
    assert names(app)[1] == "opinion waits"


def test_a_mistake_is_one_sentence_and_nothing_is_lost(app: App, mei: TestClient) -> None:
    """A broken text, an unknown setting, a template that is not there: 422, the text shown again, nothing saved."""
    for text, words in (
        ("x = [", "not valid TOML"),
        ("", "the policy is empty"),
        ("default_verdic = 'hold'", "did you mean default_verdict"),
        ("default_template = 'nowhere'", "there is no template nowhere"),
    ):
        answer = mei.post("/rules", data=form(app, "save", text=text, note="n"))
        assert answer.status_code == 422
        assert words in html.unescape(answer.text)
        assert html.escape(text, quote=False).split("'")[0] in html.unescape(answer.text)
    no_note = mei.post("/rules", data=form(app, "save", text="default_verdict = 'hold'"))
    assert no_note.status_code == 400
    assert in_force(app, POLICY).is_file


def test_a_stale_save_shows_both_texts(app: App, mei: TestClient) -> None:
    """Who saves over somebody else's version gets 409, their text and one's own; saving again goes on top."""
    mine = form(app, "save", text='default_verdict = "skip"\n', note="mine")
    save(app, ROOT, POLICY, 'default_verdict = "hold"\n', note="theirs", after=0)
    answer = mei.post("/rules", data=mine)
    assert answer.status_code == 409
    page = html.unescape(answer.text)
    assert "Somebody saved it meanwhile" in page
    assert 'default_verdict = "hold"' in page
    assert 'default_verdict = "skip"' in page
    assert default_of(app) == Verdict.HOLD
    assert mei.post("/rules", data={**mine, "after": 1}).status_code == 303
    assert default_of(app) == Verdict.SKIP


def test_an_earlier_version_comes_back(app: App, mei: TestClient) -> None:
    """Bringing back makes a new version with the old text; version 0 gives the word back to the file."""
    save(app, ROOT, POLICY, 'default_verdict = "hold"\n', note="hold all", after=0)
    save(app, ROOT, POLICY, 'default_verdict = "skip"\n', note="skip all", after=1)
    page = html.unescape(mei.get("/rules/versions/1").text)
    assert "Bring it back as version 3" in page
    assert mei.post("/rules/versions/1", data={"after": 2}).status_code == 303
    assert default_of(app) == Verdict.HOLD
    assert mei.post("/rules/versions/1", data={"after": 2}).status_code == 409
    assert mei.post("/rules/versions/0", data={"after": 3}).status_code == 303
    assert names(app)[0] == "breaking"
    assert "As in the file" in mei.get("/rules").text
    assert mei.get("/rules/versions/9").status_code == 404


def test_roles(app: App) -> None:
    """A viewer looks, an editor tries and may not save, neither may bring back."""
    editor, viewer = browser(app, visitor(Role.EDITOR)), browser(app, visitor(Role.VIEWER))
    assert "Save as version" not in editor.get("/rules").text
    assert editor.post("/rules", data=form(app, "try")).status_code == 200
    assert editor.post("/rules", data=form(app, "save", note="n")).status_code == 403
    assert editor.post("/rules/versions/0", data={"after": 0}).status_code == 403
    assert viewer.get("/templates/article").status_code == 200
    assert viewer.post("/rules", data=form(app, "check")).status_code == 403
    assert in_force(app, POLICY).is_file


def test_a_template_is_checked_and_saved(app: App, mei: TestClient) -> None:
    """The sheet shows the post as the sender words it, with its length and price; a save counts for the next post."""
    page = mei.get("/templates/article?sample=sample-1").text
    assert "Rain" in page
    assert "0.20 USD" in page
    text = "{{ title | fit(0) }}\n\nOn Radar Asia:\n{{ url }}\n"
    sheet = {"text": text, "after": 0, "sample": "sample-1", "then": "check"}
    shown = mei.post("/templates/article", data=sheet).text
    assert "On Radar Asia:" in shown
    assert "Sound." in shown
    saved = mei.post("/templates/article", data={**sheet, "then": "save", "note": "name us"})
    assert saved.status_code == 303
    assert app.renderer.source_of("article") == text
    assert "name us" in mei.get("/templates").text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ title.__class__ }}", "mend the template"),
        ("{% for a in range(9) %}{% endfor %}", "mend the template"),
        ("{{ title", "mend the template"),
        ("{{ title }} @evil {{ url }}", "not on the list"),
        ("x" * 5000, "longer than 4096 bytes"),
    ],
)
def test_a_mean_template_is_refused_in_one_sentence(app: App, mei: TestClient, source: str, words: str) -> None:
    """Whatever the source tries, it is not saved, the page stands, and the source is shown again."""
    answer = mei.post("/templates/article", data={"text": source, "after": 0, "then": "save", "note": "n"})
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert in_force(app, "template article").is_file
    if words != "not on the list":  # that one can be worded, and is shown with what stops it
        assert "USD" not in answer.text.partition('id="view-title"')[2].partition("</section>")[0]


def test_a_new_template_begins_from_the_article_one(app: App, mei: TestClient) -> None:
    """A name leads to a sheet; once saved it is there for the rules; a bad name is refused."""
    assert mei.get("/templates?name=sport").headers["location"] == "/templates/sport"
    text = in_force(app, "template article").text
    assert html.escape(text.strip().splitlines()[0]) in mei.get("/templates/sport").text
    assert (
        mei.post("/templates/sport", data={"text": text, "after": 0, "then": "save", "note": "new"}).status_code == 303
    )
    assert "sport" in app.renderer.list_templates()
    assert mei.get("/templates?name=../etc").status_code == 400


def test_hostile_names_stay_text(app: App, mei: TestClient) -> None:
    """Markup in a rule's name and a note is shown as text."""
    text = '[[rules]]\nname = "<img src=x onerror=alert(1)>"\nverdict = "hold"\n'
    save(app, ROOT, POLICY, text, note="<script>alert(1)</script>", after=0)
    for path in ("/rules", "/rules/versions/1"):
        page = mei.get(path).text
        assert "<img src=x" not in page
        assert "<script>alert" not in page
