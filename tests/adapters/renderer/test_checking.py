"""Dry runs of templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.adapters.renderer.checking import check_template, load_samples
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.policy import WordingChoices

ARTICLE = {"name": "short", "url": "https://radar.asia/x", "title": "Rain", "authors": ["Desk"], "class": "breaking"}


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[SandboxedRenderer]:
    """A renderer over an empty folder."""
    made = SandboxedRenderer(tmp_path)
    yield made
    made.close()


def write(renderer: SandboxedRenderer, *, source: str, samples: str) -> None:
    """Put the template `own` into the folder."""
    folder = renderer.folder / "own"
    folder.mkdir(exist_ok=True)
    (folder / "post.txt.j2").write_text(source, encoding="utf-8")
    (folder / "sample.json").write_text(samples, encoding="utf-8")


def test_a_sound_template_gives_its_texts_and_lengths(renderer: SandboxedRenderer) -> None:
    """Each sample's wording stands under its name."""
    write(renderer, source="{{ class }}: {{ title | fit(0) }}\n{{ url }}", samples=json.dumps([ARTICLE]))
    wording = check_template(renderer, "own", choices=WordingChoices())["short"]
    assert wording.text == "breaking: Rain\nhttps://radar.asia/x?utm_id=p0000000000"
    assert wording.weighted_length == 14 + 1 + 23


def test_a_template_whose_text_could_not_go_out_is_refused(renderer: SandboxedRenderer) -> None:
    """A template that forgets the link is caught before an article meets it."""
    write(renderer, source="{{ title }}", samples=json.dumps([ARTICLE]))
    with pytest.raises(TemplateError, match="with the sample «short», the article's link is not in the text"):
        check_template(renderer, "own", choices=WordingChoices())


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        ("{", "is no list of articles"),
        ("[]", "holds no article"),
        ("[1]", "is no list of articles"),
        ('[{"name": "a"}]', "is no list of articles"),
        ('[{"title": "a", "url": "b"}]', "is no list of articles"),
        ('[{"name": "a", "url": "b", "title": "c", "class": "odd"}]', "is no list of articles"),
    ],
)
def test_bad_samples_are_one_sentence(renderer: SandboxedRenderer, samples: str, why: str) -> None:
    """What is wrong with the file, and which one."""
    write(renderer, source="", samples=samples)
    with pytest.raises(TemplateError, match=rf"sample\.json.* {why}"):
        load_samples(renderer.folder, "own")


def test_missing_samples_are_named(renderer: SandboxedRenderer) -> None:
    """A template without samples can't be tried."""
    with pytest.raises(TemplateError, match=r"template own has no .*sample\.json"):
        load_samples(renderer.folder, "own")
