"""The shipped templates give the posts that were read and found good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.adapters.renderer.checking import check_template, load_samples
from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.policy_file import load_policy
from asiaradar_bot.rules.post_text import is_valid
from asiaradar_bot.rules.wording import choose_template, fill, post_link, variables_for
from asiaradar_bot.sandbox.site.articles import WrittenArticle, load_articles
from scripts.regenerate_template_goldens import ROOT, TEMPLATES, golden_text

NAMES = sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy(ROOT / "config" / "policy.toml")


@pytest.fixture(scope="module")
def renderer() -> Iterator[SandboxedRenderer]:
    """A renderer over the shipped templates."""
    made = SandboxedRenderer(TEMPLATES)
    yield made
    made.close()


def test_every_folder_is_a_template(renderer: SandboxedRenderer, policy: Policy) -> None:
    """Each folder has its three files, and the policy names only templates that are there."""
    assert list(renderer.list_templates()) == NAMES
    for name in NAMES:
        files = {file.name for file in (TEMPLATES / name).iterdir()}
        assert files == {"post.txt.j2", "sample.json", "golden.txt"}
    named = {choice.template for choice in policy.templates} | {rule.template for rule in policy.rules if rule.template}
    assert named | {policy.default_template} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_posts_are_golden_byte_for_byte(renderer: SandboxedRenderer, policy: Policy, name: str) -> None:
    """After a wanted change: `python -m scripts.regenerate_template_goldens`, then read the difference."""
    golden = (TEMPLATES / name / "golden.txt").read_bytes().decode("utf-8")
    assert golden_text(renderer, name, choices=policy.wording) == golden


@pytest.mark.parametrize("name", NAMES)
def test_each_template_is_tried_on_long_short_and_wide_text(name: str) -> None:
    """At least three samples, one that has to be shortened and one in Chinese or Japanese among them."""
    samples = load_samples(TEMPLATES, name)
    assert len(samples) >= 3
    assert any(len(sample.facts.summary) > 140 for sample in samples)
    assert {"zh", "ja"} & {sample.facts.language for sample in samples}


@pytest.mark.parametrize("name", NAMES)
def test_the_layout_of_every_post(renderer: SandboxedRenderer, policy: Policy, name: str) -> None:
    """The link is the last line and the only link; a headline that fits is never cut."""
    for sample in load_samples(TEMPLATES, name):
        wording = check_template(renderer, name, choices=policy.wording)[sample.name]
        lines = wording.text.split("\n")
        assert wording.links == (lines[-1],)
        assert lines[-1].startswith(sample.facts.url)
        if len(sample.facts.title) < 100:
            assert "…" not in lines[0] or "…" in sample.facts.title


@pytest.mark.parametrize("news_class", list(NewsClass))
@pytest.mark.parametrize("written", load_articles(), ids=lambda article: article.slug)
def test_every_article_of_the_sample_site_makes_a_post(
    renderer: SandboxedRenderer, policy: Policy, written: WrittenArticle, news_class: NewsClass
) -> None:
    """In each class the text is valid, holds its link only, and needs no person."""
    facts = Facts(
        url=f"https://radar.asia/{written.slug}",
        title=written.title,
        summary=written.summary,
        body="\n".join(written.paragraphs),
        categories=(written.category,),
        keywords=written.keywords,
        language=written.language,
    )
    link = post_link(facts.url, marker="p1", choices=policy.wording)
    template = choose_template(policy, facts, news_class, None)
    variables = variables_for(facts, news_class=news_class, choices=policy.wording, link=link)
    wording = fill(renderer.render(template, variables), link=link, language=facts.language, choices=policy.wording)
    assert is_valid(wording.text)
    assert wording.links == (link,)
    assert wording.problems == ()


def test_breaking_is_said_once(renderer: SandboxedRenderer, policy: Policy) -> None:
    """A headline that the desk labelled already is not labelled twice, in any script."""
    for title, language in [
        ("Breaking News: Rain", "en"),
        ("【速報】大雨", "ja"),
        ("[속보] 폭우", "ko"),
        ("عاجل: مطر", "ar"),
    ]:
        facts = Facts(url="https://radar.asia/x", title=title, summary="", language=language)
        link = post_link(facts.url, marker="p1", choices=policy.wording)
        variables = variables_for(facts, news_class=NewsClass.BREAKING, choices=policy.wording, link=link)
        first = fill(
            renderer.render("breaking", variables), link=link, language=language, choices=policy.wording
        ).text.split("\n")[0]
        assert first in {"BREAKING: Rain", "速報：大雨", "[속보] 폭우", "عاجل: مطر"}
