"""What the setup doctor looks at, for CLI and Desk alike: each check says whether it is well, and how to mend it."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.adapters.renderer.checking import check_template
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.account import STALE
from asiaradar_bot.model.errors import CannotReadError, SettingsError, TemplateError
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.outcome import SourceFailed, SourceRead, Validators
from asiaradar_bot.model.rulebook import POLICY
from asiaradar_bot.model.source import Source
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.post_text import LIMIT
from asiaradar_bot.rules.variants import named_templates
from asiaradar_bot.settings import Mode, Settings
from asiaradar_bot.settings_file import DEFAULT_FILE
from asiaradar_bot.steps.housekeep import disk_problem
from asiaradar_bot.steps.reseal import first_lost
from asiaradar_bot.storage.engines import journal_mode

_MEND_TEMPLATE = "; mend the template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    One thing that was looked at.
    """

    name: str
    good: bool
    sentence: str
    """What was found."""
    mend: str = ""
    """What to do about it; empty: nothing."""

    @property
    def told(self) -> str:
        """
        What was found and what to do, as one sentence.
        """
        return f"{self.sentence}: {self.mend}" if self.mend else self.sentence


def examine(app: App) -> Iterator[Check]:
    """
    All checks, in the order in which one would mend things.
    """
    yield from examine_here(app)
    yield from examine_outside(app)


def examine_here(app: App) -> Iterator[Check]:
    """
    The checks that ask nobody outside, cost nothing and change nothing.
    """
    settings = app.settings
    said = which_settings(settings)
    sentence = f"mode {settings.x.mode}, environment {settings.environment}; {said}"
    yield Check(name="settings", good=True, sentence=sentence)
    yield from _secrets(settings)
    yield from _database(app)
    yield _sealing(app)
    yield _rules(app)
    yield from _templates(app)
    yield from _named_templates(app)
    yield _running(app)
    yield _kill_switch(app)
    yield _sending(app)
    yield _budget(app)
    yield _who_is_told(app)
    yield from _public_address(app)


def examine_outside(app: App) -> Iterator[Check]:
    """
    The checks that ask X (one read, in the ledger) and the sources.
    """
    yield _account(app)
    for source in app.sources:
        answer = app.site.read_source(source, url=source.url, validators=Validators(), now=app.clock.now())
        match answer:
            case SourceRead(items=items):
                yield _source(source, len(items))
            case SourceFailed(detail=detail):
                yield Check(
                    name=f"source {source.name}",
                    good=False,
                    sentence=detail,
                    mend=f"open {source.url} in a browser, then mend its entry in [[sources]] or fetch.allowed_hosts",
                )
            case _:
                yield Check(name=f"source {source.name}", good=True, sentence="answers")


def _source(source: Source, items: int) -> Check:
    if items:
        sentence = f"{items} items at {source.url}" if items > 1 else f"one item at {source.url}"
        return Check(name=f"source {source.name}", good=True, sentence=sentence)
    sentence = f"{source.url} answers and shows no items now"
    mend = (
        "the site may have none yet, or keep an old feed (Radar Asia's does for ten minutes); if there are articles, "
        "look again later, and keep a listing among the sources, which shows them at once"
    )
    return Check(name=f"source {source.name}", good=True, sentence=sentence, mend=mend)


def _running(app: App) -> Check:
    with app.store.read() as tx:
        beat = tx.account.get_mark("heartbeat")
    if beat is None:
        return Check(name="bot", good=True, sentence="none has run on this database yet")
    seen = datetime.fromisoformat(beat)
    if app.clock.now() - seen <= STALE:
        return Check(name="bot", good=True, sentence="it runs")
    when = in_both_zones(seen, app.policy.wording.zone)
    sentence = f"none runs on this database now, the last sign of life is of {when}"
    return Check(name="bot", good=True, sentence=sentence, mend="start it, if posts are to go out")


def _kill_switch(app: App) -> Check:
    outside = app.files.stop_reason()
    if outside is not None:
        mend = "remove the file, or take the variable out and start the bot anew; nothing else lets sending go on"
        return Check(name="kill switch", good=False, sentence=outside, mend=mend)
    reason = app.press.stop_reason()
    if reason is not None:
        mend = "resume at the Desk or by `asiaradar resume`"
        return Check(name="kill switch", good=False, sentence=reason, mend=mend)
    return Check(name="kill switch", good=True, sentence="off")


def _sending(app: App) -> Check:
    with app.store.read() as tx:
        blocked = app.press.blocked_reason(tx.account.state())
    if blocked is None:
        return Check(name="sending", good=True, sentence="not paused, and not in safe mode")
    safe = blocked.startswith("safe mode")
    mend = "the running bot ends it by itself, when the timeline was read long enough after" if safe else "see there"
    return Check(name="sending", good=False, sentence=blocked, mend=mend)


def _budget(app: App) -> Check:
    limit = app.limits.month_usd
    if limit is None:
        mend = "set budget.month_usd, if there is to be an end"
        return Check(name="budget", good=True, sentence="there is none: no sum stops sending", mend=mend)
    return Check(name="budget", good=True, sentence=f"{plain_usd(limit)} USD a month, then sending stops")


def _public_address(app: App) -> Iterator[Check]:
    web = app.settings.web
    if (web.public_url or "").startswith("https://") and not web.trusted_proxies:
        sentence = (
            "web.public_url is https, but no proxy is trusted: who signs in gets a cookie that goes without TLS too"
        )
        mend = "set web.trusted_proxies to the address of the proxy that speaks TLS"
        yield Check(name="public address", good=False, sentence=sentence, mend=mend)


def _who_is_told(app: App) -> Check:
    if not app.settings.alerts.urls:
        mend = "set alerts.urls, if people are to be told elsewhere"
        return Check(name="alerts", good=True, sentence="they stand at the Desk and in the log only", mend=mend)
    return Check(name="alerts", good=True, sentence="people are told elsewhere too")


def _database(app: App) -> Iterator[Check]:
    problem = app.store.check() or disk_problem(app.store)
    place = app.settings.storage.place
    kind = (
        f"PostgreSQL at {place}"
        if app.store.is_postgresql
        else f"SQLite {sqlite3.sqlite_version}, journal {journal_mode()}, at {place}"
    )
    yield Check(name="database", good=problem is None, sentence=problem or kind)
    backups = sorted((app.settings.storage.folder / "backups").glob("*.db"))
    newest = f"the newest is {backups[-1].name}" if backups else "none yet: the first is made within the hour"
    yield Check(name="backup", good=True, sentence=newest)


def _sealing(app: App) -> Check:
    number, lost, why = first_lost(app.store, app.secret_box)
    if lost is not None:
        return Check(name="sealed secrets", good=False, sentence=f"{lost.owner}: {why}")
    return Check(name="sealed secrets", good=True, sentence=f"{number} in the database, and the key fits")


def _rules(app: App) -> Check:
    with app.store.read() as tx:
        saved = [one for one in tx.rulebooks.list_newest() if one.text is not None]
    try:
        app.refresh_rules()
    except SettingsError as error:
        return Check(name="rules", good=False, sentence=str(error))
    told = ", ".join(f"{one.name} is version {one.number} by {one.who}" for one in saved)
    if told:
        return Check(name="rules", good=True, sentence=f"{told}; `asiaradar rules export` writes it into the files")
    missing = missing_policy(app)
    if missing is not None:
        return Check(name="rules", good=False, sentence=missing)
    file = app.settings.templates.policy
    built_in = f"there is no file {file}, so those count that are built in, and no words are sensitive"
    return Check(name="rules", good=True, sentence="as in the files" if file.exists() else built_in)


def missing_policy(app: App) -> str | None:
    """
    Why the rules are not those that somebody wanted, as one sentence: the settings name a file that is not there.

    None where no file is named, as the built-in rules are then what was chosen, and where a saved version counts.
    """
    file, origin = app.settings.templates.policy, app.settings.origin("templates.policy")
    with app.store.read() as tx:
        saved = any(one.name == POLICY and one.text is not None for one in tx.rulebooks.list_newest())
    if saved or file.exists() or origin in {"default", "program"}:
        return None
    return (
        f"the file of rules {file} that templates.policy names does not exist: put it there, or mend templates.policy "
        "(a relative path starts at the working directory)"
    )


def missing_templates(app: App) -> Sequence[str]:
    """
    The templates that the policy chooses and that are not there; each article that gets one is held.
    """
    known = app.renderer.list_templates()
    return [name for name in named_templates(app.policy) if name not in known]


def _named_templates(app: App) -> Iterator[Check]:
    for name in missing_templates(app):
        mend = f"make {app.settings.templates.folder}/{name}/post.txt.j2, or mend the name in the policy"
        sentence = "the policy names it, and it is not there, so each article that gets it is held"
        yield Check(name=f"template {name}", good=False, sentence=sentence, mend=mend)


def which_settings(settings: Settings) -> str:
    """
    Which settings file counts, or that there is none, as in a folder that is not the bot's.
    """
    if settings.file is not None:
        return f"settings of {settings.file}"
    return f"built-in settings, as there is no file {DEFAULT_FILE} here and ASIARADAR_CONFIG names none"


def _secrets(settings: Settings) -> Iterator[Check]:
    named = settings.secrets_in_file()
    if named:
        mend = "put them into secret files or variables, for the settings file is copied and shown more easily"
        sentence = f"in the settings file stand {', '.join(named)}"
        yield Check(name="secrets", good=True, sentence=sentence, mend=mend)
    folder = settings.secrets_folder
    if folder is None:
        return
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.name.lower().startswith("asiaradar_"))
    for one in (folder, *files):
        mode = one.stat().st_mode
        mend = f"take that from them by chmod o-rwx {one}"
        if mode & stat.S_IWOTH:
            yield Check(name="secrets", good=False, sentence=f"everybody here may write {one}", mend=mend)
        elif one != folder and mode & stat.S_IROTH:
            yield Check(name="secrets", good=True, sentence=f"everybody here may read {one}", mend=mend)


def _templates(app: App) -> Iterator[Check]:
    names = app.renderer.list_templates()
    if not names:
        yield Check(
            name="templates",
            good=False,
            sentence=f"there are none in {app.settings.templates.folder}",
            mend="check templates.folder",
        )
    for name in names:
        try:
            tried = check_template(app.renderer, name, choices=app.policy.wording)
        except TemplateError as error:
            # What is wrong with its text says so at its end; what else is wrong, such as its samples, has its own file.
            of_text = str(error).endswith(_MEND_TEMPLATE)
            yield Check(
                name=f"template {name}",
                good=False,
                sentence=str(error).removeprefix(f"template {name}: ").removesuffix(_MEND_TEMPLATE),
                mend=f"mend {app.settings.templates.folder}/{name}/post.txt.j2" if of_text else "",
            )
        else:
            longest = max((wording.weighted_length for wording in tried.values()), default=0)
            sentence = f"its {len(tried)} samples fit, the longest with {longest} of {LIMIT} characters"
            yield Check(name=f"template {name}", good=True, sentence=sentence)


def _mend_x(sentence: str) -> str:
    if "status" in sentence:
        return "check the four credentials and that the app may read and write"
    return "X can't be reached: check network, DNS and proxy"


def _account(app: App) -> Check:
    if app.settings.x.mode is Mode.DRY_RUN:
        return Check(name="X", good=True, sentence="dry-run: nothing leaves")
    missing = app.settings.missing_credentials()
    if missing is not None:
        return Check(name="X", good=False, sentence=missing)
    try:
        account = app.press.ask_account()
    except CannotReadError as error:
        return Check(
            name="X",
            good=False,
            sentence=str(error),
            mend=_mend_x(str(error)),
        )
    wanted = app.settings.x.handle
    if account.username.casefold() != wanted.casefold():
        return Check(
            name="X",
            good=False,
            sentence=f"the credentials belong to @{account.username}, not @{wanted}",
            mend="mend x.handle or the credentials",
        )
    return Check(name="X", good=True, sentence=f"@{account.username} ({account.id})")
