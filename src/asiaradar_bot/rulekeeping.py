"""What Desk and commands share about rules and templates: texts in force, checks, trials, and the way back to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from asiaradar_bot.adapters.renderer.checking import Sample, load_samples, word_sample
from asiaradar_bot.adapters.renderer.renderer import is_name
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import InputError, SettingsError, TemplateError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.rulebook import POLICY, TEMPLATE, RulesVersion, template_key
from asiaradar_bot.model.wording import Skeleton, TemplateValue, Wording
from asiaradar_bot.policy_file import parse_policy, read_text
from asiaradar_bot.rules.variants import named_templates
from asiaradar_bot.steps.look_up import list_decided
from asiaradar_bot.steps.replay import Replayed, replay_newest

TRIED_ARTICLES = 50
_DRY_RUNS = 3
_REAL_ARTICLES = 12
_DEFAULT_TEMPLATE = "article"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """
    A text that counts now.
    """

    key: str
    text: str
    version: RulesVersion | None
    """None: nothing was ever saved, the file counts."""

    @property
    def number(self) -> int:
        """
        What a save must name as the version it was made from.
        """
        return self.version.number if self.version is not None else 0

    @property
    def is_file(self) -> bool:
        """
        Whether the file counts.
        """
        return self.version is None or self.version.text is None


def key_of(name: str) -> str:
    """
    The key of the policy or of a template by its name.

    Raises:
        InputError: nothing can have that name.
    """
    if name == POLICY:
        return POLICY
    if not is_name(name):
        raise InputError(f"«{name}» is no name of a template: take small letters, digits, - and _")
    return template_key(name)


def in_force(app: App, key: str) -> InForce:
    """
    The text of that key which counts now; of a template that is not there yet, an empty one.

    Raises:
        SettingsError: the policy's file can't be read.
        TemplateError: the template's file can't be read.
    """
    with app.store.read() as tx:
        versions = tx.rulebooks.list_versions(key, limit=1)
    newest = versions[0] if versions else None
    text = newest.text if newest is not None and newest.text is not None else file_text(app, key)
    return InForce(key=key, text=text, version=newest)


def text_of(app: App, version: RulesVersion) -> str:
    """
    The text of a version; of one that gave the word back to the file, the file's.
    """
    return version.text if version.text is not None else file_text(app, version.name)


def file_text(app: App, key: str) -> str:
    """
    What the file says; empty if there is none.
    """
    file = file_of(app, key)
    if not file.is_file():
        return ""
    return read_text(file) if key == POLICY else app.renderer.file_source(key.removeprefix(TEMPLATE))


def file_of(app: App, key: str) -> Path:
    """
    Where the file of that key is, or would be.
    """
    settings = app.settings.templates
    return settings.policy if key == POLICY else settings.folder / key.removeprefix(TEMPLATE) / "post.txt.j2"


def check(app: App, key: str, text: str) -> None:
    """
    Return if the text may count: a policy that names only templates that are there, a template that words samples.

    Raises:
        SettingsError: the policy holds a mistake.
        TemplateError: the template is broken, forbidden or too costly, or a sample's text could not go out.
    """
    if key == POLICY:
        check_policy(app, text)
    else:
        check_template(app, key.removeprefix(TEMPLATE), text)


def check_policy(app: App, text: str) -> Policy:
    """
    The policy of the text.

    Raises:
        SettingsError: it is empty, holds a mistake, or names a template that is not there.
    """
    if not text.strip():
        raise SettingsError(
            "the policy is empty: write at least what becomes of an article that no rule fits, such as "
            'default_verdict = "hold"'
        )
    policy = parse_policy(text, place="the policy")
    known = app.renderer.list_templates()
    for template in named_templates(policy):
        if template not in known:
            raise SettingsError(f"the policy: there is no template {template} (there are: {', '.join(known)})")
    return policy


def check_template(app: App, name: str, source: str) -> None:
    """
    Dry runs on the template's own samples, and on others' until there are three.

    Raises:
        TemplateError: it is broken, forbidden or too costly, or a sample's text could not go out.
    """
    tried = 0
    for sample in samples_of(app, name)[: max(_DRY_RUNS, len(_own_samples(app, name)))]:
        wording = word_sample(app.renderer, name, sample, choices=app.policy.wording, source=source)
        if wording.problems:
            raise TemplateError(
                f"template {name}: with the sample «{sample.name}», {wording.problems[0]}; mend the template",
                template=name,
            )
        tried += 1
    if not tried:
        raise TemplateError(f"there is no sample to try template {name} on: add a sample.json", template=name)


def samples_of(app: App, name: str) -> Sequence[Sample]:
    """
    The template's own samples first, then those of the others.
    """
    others = [one for other in app.renderer.list_templates() if other != name for one in _own_samples(app, other)]
    return [*_own_samples(app, name), *others]


def _own_samples(app: App, name: str) -> Sequence[Sample]:
    try:
        return load_samples(app.renderer.folder, name)
    except TemplateError:
        return ()


def real_articles(app: App) -> Mapping[str, Sample]:
    """
    The newest articles on record as samples, by their number.
    """
    found: dict[str, Sample] = {}
    with app.store.read() as tx:
        for article, decision in list_decided(tx, limit=_REAL_ARTICLES):
            news_class = decision.news_class if decision else NewsClass.NORMAL
            if article.facts.title:
                found[str(article.id)] = Sample(name=article.facts.title, facts=article.facts, news_class=news_class)
    return found


def word(app: App, name: str, source: str, sample: Sample) -> Wording:
    """
    The post that the sample would get from this source.

    Raises:
        TemplateError: it can't be rendered.
    """
    return word_sample(app.renderer, name, sample, choices=app.policy.wording, source=source)


def try_policy(app: App, policy: Policy) -> Replayed:
    """
    What this policy would change about the newest articles.
    """
    return replay_newest(app.store, replace(app.rulebook(), policy=policy), articles=TRIED_ARTICLES)


def try_template(app: App, name: str, source: str) -> Replayed:
    """
    What this source of a template would change about the newest articles.
    """

    def render(template: str, variables: Mapping[str, TemplateValue]) -> Skeleton:
        if template == name:
            return app.renderer.render_source(source, variables, name=name)
        return app.renderer.render(template, variables)

    return replay_newest(app.store, replace(app.rulebook(), render=render), articles=TRIED_ARTICLES)


def save(app: App, person: Person, key: str, text: str, *, note: str, after: int) -> RulesVersion:
    """
    Check the text and save it; this process takes it over at once, the others at their next tick.

    Raises:
        SettingsError, TemplateError, AccessError, InputError, RulesConflictError: nothing is written.
    """
    check(app, key, text)
    saved = app.reviser(person).save(key, text, note=note, after=after)
    app.refresh_rules()
    return saved


def bring_back(app: App, person: Person, key: str, number: int, *, after: int) -> RulesVersion:
    """
    An earlier version, or (0) the file, as the newest one; checked as if it were new.

    Raises:
        NotFoundError, SettingsError, TemplateError, AccessError, RulesConflictError: nothing is written.
    """
    if number == 0:
        text = file_text(app, key)
    else:
        with app.store.read() as tx:
            text = text_of(app, tx.rulebooks.get(key, number))
    if text or key == POLICY:
        check(app, key, text)
    saved = app.reviser(person).bring_back(key, number, after=after)
    app.refresh_rules()
    return saved


def starting_source(app: App) -> str:
    """
    What a new template starts from.
    """
    return app.renderer.source_of(_DEFAULT_TEMPLATE) if _DEFAULT_TEMPLATE in app.renderer.list_templates() else ""


def export(app: App) -> Sequence[Path]:
    """
    Write every saved text that counts into its file; which files were written.
    """
    with app.store.read() as tx:
        saved = [version for version in tx.rulebooks.list_newest() if version.text is not None]
    written: list[Path] = []
    for version in saved:
        file = file_of(app, version.name)
        if version.text is not None and file_text(app, version.name) != version.text:
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            part.write_text(version.text, encoding="utf-8")
            part.replace(file)
            written.append(file)
    return written
