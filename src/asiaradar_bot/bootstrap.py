"""The only place that turns settings into one App with its adapters."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from asiaradar_bot.adapters.alerts import AppriseAlerts
from asiaradar_bot.adapters.clock import SystemClock
from asiaradar_bot.adapters.courier import WebhookCourier
from asiaradar_bot.adapters.deferred import later
from asiaradar_bot.adapters.meter import TickMeter
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.adapters.news_site.source import NewsSite
from asiaradar_bot.adapters.news_site.stand_in import StandInFetcher
from asiaradar_bot.adapters.news_site.websub import WebSubClient
from asiaradar_bot.adapters.one_time_codes import TotpCodes
from asiaradar_bot.adapters.passkeys import WebAuthnPasskeys
from asiaradar_bot.adapters.passwords import Argon2Passwords
from asiaradar_bot.adapters.pings import WebPings
from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.adapters.secret_box import FernetBox
from asiaradar_bot.adapters.side_files import FolderSideFiles
from asiaradar_bot.adapters.text_folder import TextFolder
from asiaradar_bot.model.access import Person
from asiaradar_bot.model.correction import CorrectionTerms
from asiaradar_bot.model.errors import SettingsError, StorageError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.rulebook import POLICY, TEMPLATE, RulesVersion
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.policy_file import load_policy, load_prices, parse_policy
from asiaradar_bot.rules.replaying import Rulebook
from asiaradar_bot.settings import Mode, Settings, SourceSettings
from asiaradar_bot.steps.access import Access
from asiaradar_bot.steps.correct import Corrector
from asiaradar_bot.steps.imports import Importer
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.revise import Reviser
from asiaradar_bot.steps.second_factor import SecondFactor
from asiaradar_bot.steps.sheets import Sheets
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.steps.tokens import Tokens
from asiaradar_bot.steps.webhooks import Webhooks
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore

if TYPE_CHECKING:
    from asiaradar_bot.adapters.x_account import DryRunAccount, XAccount


@dataclass(slots=True, kw_only=True)
class App:
    """
    Everything that commands, pages and ticks work with.
    """

    settings: Settings
    policy: Policy
    prices: tuple[PriceList, ...]
    limits: Limits
    sources: tuple[Source, ...]
    store: SqlStore
    clock: SystemClock
    site: NewsSite
    hubs: WebSubClient
    renderer: SandboxedRenderer
    alerts: AppriseAlerts
    pings: WebPings
    digests: TextFolder
    files: FolderSideFiles
    press: Press
    passwords: Argon2Passwords
    secret_box: FernetBox
    """Seals what is secret in the database."""
    courier: WebhookCourier
    metrics: XAccount | DryRunAccount
    """Where the figures of posts are read."""
    meter: TickMeter = field(default_factory=TickMeter)
    local_x_url: str | None = None
    """Where the local X shows its timeline, if this process runs one."""
    rules_seen: int = 0
    """Id of the newest save of rules and templates that this process knows."""
    closing: list[Callable[[], object]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set while the web server ends, for pages that listen for news."""

    def public_url(self, url: str) -> str:
        """
        The address under which readers know a page: in the sandbox the stand-in's address becomes the site's.
        """
        fetch = self.settings.fetch
        return url if fetch.stand_in is None else url.replace(fetch.stand_in, f"https://{fetch.allowed_hosts[0]}", 1)

    def editor(self, person: Person) -> Editor:
        """
        The tools of that person, as far as their role reaches.
        """
        return Editor(
            store=self.store,
            clock=self.clock,
            policy=self.policy,
            prices=self.prices,
            person=person,
            four_eyes=self.settings.approval.four_eyes,
        )

    def rulebook(self) -> Rulebook:
        """
        The rules, templates, limits and prices of now, for making decisions again.
        """
        return Rulebook(
            policy=self.policy,
            max_age=self.limits.max_age,
            first_run_posts=self.limits.first_run_posts,
            prices=self.prices,
            render=self.renderer.render,
        )

    def importer(self, person: Person) -> Importer:
        """
        What brings a file of posts in, for that person.
        """
        return Importer(
            store=self.store,
            clock=self.clock,
            policy=self.policy,
            prices=self.prices,
            person=person,
            four_eyes=self.settings.approval.four_eyes,
        )

    def sheets(self, person: Person) -> Sheets:
        """
        What that person is writing.
        """
        return Sheets(store=self.store, clock=self.clock, person=person)

    def reviser(self, person: Person) -> Reviser:
        """
        The tools for rules and templates of that person, as far as their role reaches.
        """
        return Reviser(store=self.store, clock=self.clock, person=person)

    def refresh_rules(self) -> bool:
        """
        Take over what was saved at a Desk or by a command since the last look; True if anything was.

        Raises:
            SettingsError: the saved policy can't be read by this program; nothing is taken over.
        """
        with self.store.read() as tx:
            newest = tx.rulebooks.newest_id()
            if newest == self.rules_seen:
                return False
            saved = {version.name: version for version in tx.rulebooks.list_newest()}
        self.policy = policy_in_force(self.settings, saved.get(POLICY))
        self.press = replace(self.press, policy=self.policy)
        self.renderer.put_saved(
            {
                name.removeprefix(TEMPLATE): version.text
                for name, version in saved.items()
                if name.startswith(TEMPLATE) and version.text is not None
            }
        )
        self.rules_seen = newest
        return True

    def corrector(self, person: Person) -> Corrector:
        """
        What that person may do about posts whose article changed.
        """
        return Corrector(
            store=self.store,
            clock=self.clock,
            policy=self.policy,
            prices=self.prices,
            terms=self.limits.corrections,
            person=person,
        )

    @property
    def desk_url(self) -> str:
        """
        Where people reach the Desk.
        """
        web = self.settings.web
        return (web.public_url or f"http://{web.host}:{web.port}").rstrip("/")

    def access(self) -> Access:
        """
        The door of the Desk.
        """
        return Access(
            store=self.store,
            clock=self.clock,
            passwords=self.passwords,
            second_factor=self.settings.access.second_factor,
        )

    def second_factor(self) -> SecondFactor:
        """
        Its second lock.
        """
        return SecondFactor(
            store=self.store,
            clock=self.clock,
            codes=TotpCodes(),
            passkeys=WebAuthnPasskeys(),
            box=self.secret_box,
            whom=self.settings.access.second_factor,
        )

    def webhooks(self) -> Webhooks:
        """
        Who is told of changes.
        """
        http_allowed = self.settings.fetch.allow_private_addresses or self.settings.fetch.stand_in is not None
        return Webhooks(store=self.store, clock=self.clock, box=self.secret_box, http_allowed=http_allowed)

    def tokens(self) -> Tokens:
        """
        The door for programs.
        """
        return Tokens(store=self.store, clock=self.clock)

    def close(self) -> None:
        """
        Let everything go, in reverse order.
        """
        for close in reversed(self.closing):
            close()


def build_app(settings: Settings, *, offline: bool = False, saved_rules: bool = True) -> App:
    """
    The App for these settings; the database is made or brought up to date.

    `offline` is for what neither sends nor reads on X, and needs no credentials. Without `saved_rules` the files
    count, for mending saved rules that this program can't read.

    Raises:
        SettingsError: settings, policy or prices are wrong, credentials are missing, or the database belongs to
            another environment or mode.
        StorageError: the database can't be used.
    """
    missing = None if offline else settings.missing_credentials()
    if missing is not None:
        raise SettingsError(missing)
    policy = load_policy(settings.templates.policy)
    prices = load_prices(settings.templates.prices)
    clock = SystemClock()
    store = SqlStore(
        settings.storage.url,
        account=settings.x.handle,
        backups=settings.storage.folder / "backups",
        keep_hourly=settings.storage.keep_hourly,
        keep_daily=settings.storage.keep_daily,
    )
    closing: list[Callable[[], object]] = [store.close]
    problem = store.check()
    if problem is not None:
        raise StorageError(problem)
    schema.upgrade(store, now=clock.now())
    _check_belonging(store, settings)
    account, local_x_url = (later(_no_account), None) if offline else _account(settings, clock, closing)
    fetcher = _fetcher(settings)
    renderer = SandboxedRenderer(settings.templates.folder)
    closing.append(renderer.close)
    files = FolderSideFiles(settings.storage.folder)
    limits = limits_of(settings)
    press = Press(
        store=store,
        x=account,
        timeline=account,
        clock=clock,
        files=files,
        owner=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
        limits=limits,
        policy=policy,
        prices=prices,
    )
    app = App(
        settings=settings,
        policy=policy,
        prices=prices,
        limits=limits,
        sources=tuple(_source(one) for one in settings.sources),
        store=store,
        clock=clock,
        site=NewsSite(fetcher, picture_seconds=max(settings.publishing.picture_seconds, 0.1)),
        hubs=WebSubClient(fetcher),
        renderer=renderer,
        alerts=AppriseAlerts([url.get_secret_value() for url in settings.alerts.urls]),
        pings=WebPings(lambda host: _fetcher_of(settings, host)),
        digests=TextFolder(settings.digest.folder),
        files=files,
        press=press,
        passwords=Argon2Passwords(),
        secret_box=_secret_box(settings, store),
        courier=WebhookCourier(lambda host: _fetcher_of(settings, host)),
        metrics=account,
        local_x_url=local_x_url,
        closing=closing,
    )
    if saved_rules:
        app.refresh_rules()
    return app


def policy_in_force(settings: Settings, saved: RulesVersion | None) -> Policy:
    """
    The policy of its newest version, or of the file if none was saved or the newest gives the word back to it.

    Raises:
        SettingsError: it holds a mistake.
    """
    if saved is None or saved.text is None:
        return load_policy(settings.templates.policy)
    place = f"version {saved.number} of the policy, saved by {saved.who}"
    try:
        return parse_policy(saved.text, place=place)
    except SettingsError as error:
        raise SettingsError(f"{error} (or `asiaradar rules back policy 0` for the file)") from error


def limits_of(settings: Settings) -> Limits:
    """
    The numbers of the settings as values.
    """
    publishing = settings.publishing
    return Limits(
        settle=timedelta(seconds=publishing.settle_seconds),
        absent_gap=timedelta(seconds=publishing.absent_gap_seconds),
        give_up=timedelta(seconds=publishing.give_up_seconds),
        requeue_absent=publishing.on_unknown == "requeue",
        min_gap=timedelta(seconds=publishing.min_gap_seconds),
        per_hour=publishing.per_hour,
        per_day=publishing.per_day,
        max_age=timedelta(minutes=publishing.max_age_minutes),
        first_run_posts=publishing.first_run == "post",
        verify=timedelta(seconds=publishing.verify_seconds),
        pictures=publishing.pictures,
        picture_wait=timedelta(seconds=publishing.picture_seconds),
        lease=timedelta(seconds=publishing.lease_seconds),
        http_timeout=timedelta(seconds=settings.x.connect_seconds + settings.x.read_seconds),
        hold_foreign=publishing.foreign_posts == "hold",
        safe_mode_reach=timedelta(hours=publishing.safe_mode_hours),
        month_usd=settings.budget.month_usd,
        warn_percents=settings.budget.warn_percents,
        breaking_passes=settings.budget.breaking_passes,
        reads_usd=settings.budget.reads_usd,
        corrections=terms_of(settings),
    )


def terms_of(settings: Settings) -> CorrectionTerms:
    """
    What may be done about a post whose article changed.
    """
    own = settings.corrections
    return CorrectionTerms(
        watch=timedelta(days=own.watch_days),
        first_gap=timedelta(minutes=own.first_minutes),
        premium=own.premium,
        edit_window=timedelta(minutes=own.edit_minutes),
        edits_allowed=own.edits_allowed,
        two_person_delete=own.two_person_delete or settings.approval.four_eyes,
        four_eyes=settings.approval.four_eyes,
        answer_original=own.answer_original,
    )


def _source(one: SourceSettings) -> Source:
    return Source(
        name=one.name,
        kind=SourceKind(one.kind),
        url=one.url,
        poll=timedelta(seconds=one.poll_seconds),
        language=one.language,
        zone=one.zone,
    )


def _secret_box(settings: Settings, store: SqlStore) -> FernetBox:
    def none_sealed() -> bool:
        with store.read() as tx:
            return not tx.sealed.list_sealed()

    keys = settings.sealing.keys
    return FernetBox(
        settings.storage.folder / "seal.key",
        keys=None if keys is None else keys.get_secret_value(),
        may_make=none_sealed,
    )


def _fetcher(settings: Settings) -> SafeFetcher:
    fetch = settings.fetch
    if fetch.stand_in is not None:
        return StandInFetcher(host=fetch.allowed_hosts[0], stand_in=fetch.stand_in, contact=fetch.contact)
    return SafeFetcher(
        allowed_hosts=fetch.allowed_hosts,
        allow_private_addresses=fetch.allow_private_addresses,
        user_agent="asiaradar_bot",
        contact=fetch.contact,
    )


def _fetcher_of(settings: Settings, host: str) -> SafeFetcher:
    """
    For a webhook or a ping: it may ask that host only, near addresses as far as settings allow them.
    """
    fetch = settings.fetch
    return SafeFetcher(
        allowed_hosts=[host],
        allow_private_addresses=fetch.allow_private_addresses or fetch.stand_in is not None,
        user_agent="asiaradar_bot",
        contact=fetch.contact,
    )


def _account(
    settings: Settings, clock: SystemClock, closing: list[Callable[[], object]]
) -> tuple[XAccount | DryRunAccount, str | None]:
    x = settings.x
    match x.mode:
        case Mode.DRY_RUN:
            return later(lambda: _dry_run_account(clock, x.handle)), None
        case Mode.LIVE:
            keys = [
                value.get_secret_value()
                for value in (x.consumer_key, x.consumer_secret, x.access_token, x.access_token_secret)
                if value is not None
            ]
            bearer = None if x.bearer_token is None else x.bearer_token.get_secret_value()
            return later(lambda: _x_account(settings, clock, x.base_url, keys, bearer)), None
        case Mode.SANDBOX:
            return _sandbox_account(settings, clock, closing)


def _no_account() -> DryRunAccount:
    """
    Stands where nobody may ask X: a command that did would be told that its post is out.
    """
    raise RuntimeError("X was asked by a program that was opened offline")


def _dry_run_account(clock: SystemClock, handle: str) -> DryRunAccount:
    from asiaradar_bot.adapters.x_account.dry_run import DryRunAccount

    return DryRunAccount(now=clock.now, handle=handle)


def _sandbox_account(
    settings: Settings, clock: SystemClock, closing: list[Callable[[], object]]
) -> tuple[XAccount, str | None]:
    from asiaradar_bot.sandbox.keys import Credentials

    keys = Credentials()
    four = [keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret]
    if _is_loopback(settings.x.base_url):
        return later(lambda: _x_account(settings, clock, settings.x.base_url, four, keys.bearer_token)), None
    from asiaradar_bot.sandbox.x import LocalX

    settings.storage.folder.mkdir(parents=True, exist_ok=True)
    local = LocalX(state_file=settings.storage.folder / "local-x.db")
    local.start()
    closing.append(local.stop)
    return later(lambda: _x_account(settings, clock, local.base_url, four, keys.bearer_token)), local.base_url


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _x_account(settings: Settings, clock: SystemClock, base_url: str, keys: list[str], bearer: str | None) -> XAccount:
    from asiaradar_bot.adapters.x_account import XAccount

    return XAccount(
        base_url=base_url,
        consumer_key=keys[0],
        consumer_secret=keys[1],
        access_token=keys[2],
        access_token_secret=keys[3],
        now=clock.now,
        connect_seconds=settings.x.connect_seconds,
        read_seconds=settings.x.read_seconds,
        bearer_token=bearer,
    )


def _check_belonging(store: SqlStore, settings: Settings) -> None:
    """
    A database of staging must never post to the real account, nor one of the sandbox.
    """
    for mark, value, where in (
        ("environment", settings.environment, "environment"),
        ("mode", settings.x.mode.value, "x.mode"),
    ):
        with store.read() as tx:
            known = tx.account.get_mark(mark)
        if known is None:
            with store.begin() as tx:
                tx.account.set_mark(mark, value)
        elif known != value:
            raise SettingsError(
                f"this database belongs to {where} = {known}, and the settings say {value}: "
                "set storage.url (and storage.folder) to another place, or mend the setting"
            )
