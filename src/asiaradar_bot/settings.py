"""All settings with their defaults; read from the file, overridden by environment and secrets, checked in one place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from asiaradar_bot.model.errors import InputError, SettingsError
from asiaradar_bot.model.second_factor import Whom
from asiaradar_bot.rules.addresses import check_domain, parse_address
from asiaradar_bot.rules.sealing import KEY_WORDS, SIGNING_WORDS, are_keys, is_signing_secret
from asiaradar_bot.rules.slots import check_zone
from asiaradar_bot.settings_file import NestedSecrets, check_variables, find_settings_file, told


class Mode(StrEnum):
    """
    Where posts go.
    """

    SANDBOX = "sandbox"
    """To the local X."""
    DRY_RUN = "dry-run"
    """Nowhere: everything is done but the sending."""
    LIVE = "live"
    """To the real account."""


_HANDLE = re.compile(r"[A-Za-z0-9_]{1,20}")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StorageSettings(_Section):
    """
    The database and its backups.
    """

    url: str = "sqlite:///var/asiaradar.db"
    folder: Path = Path("var")
    """Side files: epoch, kill switch, backups."""
    backup_hours: int = Field(default=1, ge=1)
    keep_hourly: int = Field(default=48, ge=1)
    snapshot_days: int | None = Field(default=None, ge=60)
    """Older posts keep their figures at set ages and their last snapshot; None: every snapshot is kept."""
    keep_daily: int = Field(default=30, ge=1)
    replay_days: int = Field(default=180, ge=1)
    """How long `replay` reaches back: so long it is kept what each decision was made from."""

    @property
    def place(self) -> str:
        """
        The database for people: the whole path of its file, or server and name without who signs in.
        """
        if self.url.startswith("sqlite:///"):
            return str(Path(self.url.removeprefix("sqlite:///")).absolute())
        address = urlsplit(self.url)
        return f"{address.hostname or 'this machine'}{address.path}"

    @property
    def hangs_on_folder(self) -> bool:
        """
        Whether it is another database in another working folder.
        """
        return self.url.startswith("sqlite:///") and not self.url.startswith("sqlite:////")

    @property
    def is_there(self) -> bool:
        """
        False for a file that would be made only now.
        """
        return not self.url.startswith("sqlite:///") or Path(self.place).exists()

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("takes sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
        return url


class XSettings(_Section):
    """
    The account on X.
    """

    mode: Mode = Mode.SANDBOX
    handle: str = "AsiaRadar"
    base_url: str = "https://api.x.com"
    consumer_key: SecretStr | None = None
    consumer_secret: SecretStr | None = None
    access_token: SecretStr | None = None
    access_token_secret: SecretStr | None = None
    bearer_token: SecretStr | None = None
    """App-only; needed for nothing but X's own count of reads (`costs --usage`)."""
    connect_seconds: float = Field(default=5, gt=0, le=30)
    read_seconds: float = Field(default=20, gt=0, le=60)

    @field_validator("handle")
    @classmethod
    def _is_handle(cls, handle: str) -> str:
        """
        Without the @ that people write before it.
        """
        name = handle.strip().removeprefix("@")
        if not _HANDLE.fullmatch(name):
            raise ValueError("write the account's name on X, such as AsiaRadar: letters, digits and _ only")
        return name


class SourceSettings(_Section):
    """
    One `[[sources]]` entry.
    """

    name: str = Field(min_length=1, max_length=60)
    kind: Literal["feed", "listing", "sitemap"] = "feed"
    url: str
    poll_seconds: int = Field(default=60, ge=1, le=7 * 86400)
    language: str | None = None
    zone: str = "UTC"

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        try:
            parse_address(url)
        except InputError as error:
            raise ValueError(str(error)) from error
        return url

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        return check_zone(zone)


class FetchSettings(_Section):
    """
    What the bot may fetch.
    """

    allowed_hosts: tuple[Annotated[str, AfterValidator(check_domain)], ...] = ("radar.asia",)
    allow_private_addresses: bool = False
    stand_in: str | None = None
    """Address on this machine that is asked instead of the first allowed host; for the sandbox and tests only."""
    contact: str = "https://radar.asia"
    """Named in the User-Agent, so that a site's operator can reach us."""


class PublishingSettings(_Section):
    """
    When and how often posts go out, and how doubt is settled.
    """

    sweep_seconds: float = Field(default=2, gt=0, le=60)
    settle_seconds: float = Field(default=900, gt=0)
    absent_gap_seconds: float = Field(default=60, ge=0)
    give_up_seconds: float = Field(default=7200, gt=0)
    """How long the timeline may be unreadable before an open attempt is unknown."""
    on_unknown: Literal["requeue", "unknown"] = "requeue"
    """What becomes of a fresh post that two settled reads did not find."""
    min_gap_seconds: float = Field(default=0, ge=0)
    per_hour: int = Field(default=20, ge=1, le=100)
    per_day: int = Field(default=60, ge=1, le=2400)
    max_age_minutes: int = Field(default=1440, ge=1)
    first_run: Literal["seed", "post"] = "seed"
    verify_seconds: float = Field(default=120, ge=1)
    """An article seen to be there this recently is not looked at again before sending."""
    pictures: bool = True
    picture_seconds: float = Field(default=6, ge=0, le=60)
    """The longest that a post waits for its picture."""
    lease_seconds: float = Field(default=60, ge=2, le=600)
    foreign_posts: Literal["hold", "adopt"] = "hold"
    """What a post on our timeline that we did not send does: stop sending and alarm, or go on record only."""
    foreign_watch_minutes: int = Field(default=15, ge=1)
    safe_mode_hours: int = Field(default=24, ge=1, le=168)
    safe_mode: bool = False


Percent = Annotated[int, Field(ge=1, le=100)]


class BudgetSettings(_Section):
    """
    Money.
    """

    month_usd: Decimal | None = Field(default=None, ge=0)
    """None: no limit. Reached: nothing more is sent until the next UTC month."""
    warn_percents: tuple[Percent, ...] = (50, 80, 95)
    """Shares of `month_usd` at which people are told."""
    breaking_passes: bool = False
    """True: breaking posts go out even when `month_usd` is used up."""
    reads_usd: Decimal = Field(default=Decimal(10), ge=0)
    """What measuring may spend in a UTC month; 0: nothing is measured."""


class CorrectionSettings(_Section):
    """
    What happens when an article changes after its post.
    """

    watch_days: float = Field(default=7, ge=0, le=60)
    """How long after its post an article goes on being looked at; 0: not at all."""
    first_minutes: float = Field(default=10, gt=0)
    """How soon it is looked at again at first; later after an eighth of the post's age."""
    premium: bool = False
    """True: the account is Premium, so that X lets its posts be edited."""
    edit_minutes: float = Field(default=30, gt=0)
    """How long X lets a post be edited."""
    edits_allowed: int = Field(default=5, ge=0)
    """How often X lets a post be edited."""
    two_person_delete: bool = False
    """True: a second person must agree before a post is deleted."""
    answer_original: bool = True
    """True: a correction post answers the post that it corrects; False: it stands by itself."""


class TemplateSettings(_Section):
    """
    Where templates, policy and prices are.
    """

    folder: Path = Path("templates")
    policy: Path = Path("config/policy.toml")
    prices: Path = Path("config/prices.toml")


class WebSettings(_Section):
    """
    The web server.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8420, ge=0, le=65535)
    public_url: str | None = None
    """Address under which hubs reach us, e.g. https://bot.radar.asia; needed for WebSub only."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies whose X-Forwarded-For and -Proto are believed; none by default."""
    hook_secret: SecretStr | None = None
    """`whsec_...` as of Standard Webhooks; None: /hooks/publish is switched off."""

    @field_validator("hook_secret")
    @classmethod
    def _signs(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not is_signing_secret(secret.get_secret_value()):
            raise ValueError(f"must be {SIGNING_WORDS}")
        return secret


class SealingSettings(_Section):
    """
    The keys under which secrets stand in the database.
    """

    keys: SecretStr | None = None
    """Parted by blanks; the first seals, all open. None: those in the file `seal.key` of `storage.folder`."""

    @field_validator("keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None and not are_keys(keys.get_secret_value()):
            raise ValueError(f"must hold {KEY_WORDS}")
        return keys


class AccessSettings(_Section):
    """
    Who comes in how.
    """

    second_factor: Whom = Whom.ADMINS
    """Who needs an authenticator app or a passkey beside the password."""


class ApprovalSettings(_Section):
    """
    Who lets posts go out.
    """

    four_eyes: bool = False
    """True: whoever wrote or changed a post can't be the one who approves it."""


class RunnerSettings(_Section):
    """
    What turns the ticks.
    """

    engine: Literal["embedded", "procrastinate"] = "embedded"


class AlertSettings(_Section):
    """
    Who is told when something needs a person.
    """

    urls: tuple[SecretStr, ...] = ()
    """Apprise addresses, e.g. `mailto://...`, `slack://...`."""
    quiet_minutes: int = Field(default=30, ge=0)
    """The same alert is not sent again within this time."""
    silent_hours: int = Field(default=24, ge=0)
    """A source that answers and shows nothing new for so long raises an alert; 0: none does."""
    low_disk_mb: int = Field(default=500, ge=0)
    """Less room than this for the database or its backups raises an alert; 0: none does."""
    lease_changes: int = Field(default=30, ge=0)
    """More moves of the right to publish between processes within an hour raise an alert; 0: none does."""
    ping_poll: str | None = None
    ping_publish: str | None = None
    """Dead-man addresses, fetched after a good poll and after a good publish sweep."""


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DigestSettings(_Section):
    """
    When a day and a week are summed up for people, in the newsroom's time.
    """

    daily_at: time | None = None
    """None: no daily digest."""
    weekly_at: time | None = None
    """None: no weekly digest."""
    weekly_on: Weekday = "mon"
    folder: Path | None = None
    """Digests are kept here as text files, too; None: they only go to `alerts.urls`."""


class LogSettings(_Section):
    """
    What is logged.
    """

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    json_lines: bool | None = None
    """None: JSON unless stderr is a terminal."""


def _default_sources() -> tuple[SourceSettings, ...]:
    return (SourceSettings(name="latest", kind="feed", url="https://radar.asia/rss/latest-posts"),)


class Settings(BaseSettings):
    """
    Everything that can be set; see `config/asiaradar.toml` for the commented file.
    """

    model_config = SettingsConfigDict(
        env_prefix="ASIARADAR_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    environment: str = "production"
    """Name stored in the database; a database of another environment is refused."""
    storage: StorageSettings = StorageSettings()
    x: XSettings = XSettings()
    sources: tuple[SourceSettings, ...] = Field(default_factory=_default_sources, min_length=1)
    fetch: FetchSettings = FetchSettings()
    publishing: PublishingSettings = PublishingSettings()
    budget: BudgetSettings = BudgetSettings()
    corrections: CorrectionSettings = CorrectionSettings()
    templates: TemplateSettings = TemplateSettings()
    web: WebSettings = WebSettings()
    sealing: SealingSettings = SealingSettings()
    access: AccessSettings = AccessSettings()
    approval: ApprovalSettings = ApprovalSettings()
    runner: RunnerSettings = RunnerSettings()
    alerts: AlertSettings = AlertSettings()
    digest: DigestSettings = DigestSettings()
    log: LogSettings = LogSettings()

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _file: Path | None = PrivateAttr(default=None)
    _secrets_folder: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _fits_live(self) -> Settings:
        if self.x.mode is not Mode.LIVE:
            return self
        if self.fetch.stand_in is not None:
            raise ValueError("fetch.stand_in is for the sandbox and cannot be used with x.mode = live: take it out")
        if self.access.second_factor is Whom.NOBODY:
            raise ValueError("access.second_factor = nobody is for the sandbox: with x.mode = live admins need one")
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if self.runner.engine == "procrastinate" and self.storage.url.startswith("sqlite"):
            raise ValueError(
                "runner.engine = procrastinate needs PostgreSQL: set storage.url to postgresql+psycopg://..., "
                "or runner.engine to embedded"
            )
        if self.publishing.settle_seconds <= self.x.connect_seconds + self.x.read_seconds and self.x.mode is Mode.LIVE:
            raise ValueError("publishing.settle_seconds must be longer than x.connect_seconds + x.read_seconds")
        if self.publishing.lease_seconds <= self.x.connect_seconds + self.x.read_seconds + 1:
            raise ValueError("publishing.lease_seconds must be longer than x.connect_seconds + x.read_seconds + 1")
        names = [source.name for source in self.sources]
        if len(names) != len(set(names)):
            raise ValueError("two sources have the same name: each [[sources]] needs a name of its own")
        return self

    def missing_credentials(self) -> str | None:
        """
        Why X can't be asked, as one sentence; None if it can, or if this mode needs no credentials.
        """
        missing = [name for name in CREDENTIALS if not _is_filled(getattr(self.x, name))]
        if self.x.mode is not Mode.LIVE or not missing:
            return None
        return (
            "settings: x.mode = live needs four credentials, and these are missing: "
            + ", ".join(f"ASIARADAR_X__{name.upper()}" for name in missing)
            + " (set them, or name their folder in ASIARADAR_SECRETS)"
        )

    def origin(self, key: str) -> str:
        """
        Where a setting's value comes from: `program`, `environment`, `secret file`, `file` or `default`.
        """
        return self._origins.get(key, "default")

    def remember_origins(self, given: Mapping[str, Mapping[str, Any]]) -> None:
        """
        Note what each origin gave; the first wins, as for the values.
        """
        for label, values in given.items():
            for key in _dotted(values):
                self._origins.setdefault(key, label)

    def remember_places(self, file: Path | None, secrets_folder: Path | None) -> None:
        """
        Note from where they were read.
        """
        self._file = file
        self._secrets_folder = secrets_folder

    @property
    def file(self) -> Path | None:
        """
        The settings file that counts; None: there is none, and built-in settings do.
        """
        return self._file

    @property
    def secrets_folder(self) -> Path | None:
        """
        Where secret files lie; None: nowhere.
        """
        return self._secrets_folder

    def secrets_in_file(self) -> list[str]:
        """
        The names of the secrets that stand in the settings file, where they are copied along with it.
        """
        return [name for name in secret_names() if self.origin(name) == "file"]

    def secrets(self) -> list[str]:
        """
        Every secret value, for the log's redaction.
        """
        values = [getattr(self.x, name) for name in CREDENTIALS]
        values += [self.web.hook_secret, *self.alerts.urls]
        found = [value.get_secret_value() for value in values if value is not None]
        return found + ([] if self.sealing.keys is None else self.sealing.keys.get_secret_value().split())


def _dotted(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        key = f"{prefix}{name}".lower()
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{key}.")
        else:
            yield key


def _is_filled(secret: SecretStr | None) -> bool:
    return secret is not None and bool(secret.get_secret_value().strip())


CREDENTIALS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def load_settings(file: Path | None = None, **overrides: Any) -> Settings:
    """
    The settings: overrides, then environment, then secrets directory, then file, then defaults.

    The file is `file`, else the one `ASIARADAR_CONFIG` names, else `config/asiaradar.toml` if it exists. Secrets are
    files named like the environment variables (lower case) in `ASIARADAR_SECRETS` or systemd's credentials directory.

    Raises:
        SettingsError: a file is missing or unreadable, a key or variable is unknown, or a value is wrong; one
            sentence.
    """
    path = find_settings_file(file)
    secrets = os.environ.get("ASIARADAR_SECRETS") or os.environ.get("CREDENTIALS_DIRECTORY")
    if secrets and not Path(secrets).is_dir():
        raise SettingsError(f"the secrets directory {secrets} does not exist: create it or unset ASIARADAR_SECRETS")

    asked: dict[str, PydanticBaseSettingsSource] = {}

    class _Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            asked.update({"program": init_settings, "environment": env_settings})
            if secrets:
                asked["secret file"] = NestedSecrets(settings_cls, secrets_dir=secrets)
            if path is not None:
                asked["file"] = TomlConfigSettingsSource(settings_cls, toml_file=path)
            return tuple(asked.values())

    names = _names()
    check_variables(names)
    with told(path, names=names, places=asked):
        settings = _Loaded(**overrides)
    settings.remember_origins({label: source() for label, source in asked.items()})
    settings.remember_places(path, None if not secrets else Path(secrets))
    return settings


def _names() -> list[str]:
    """
    Of all settings, as people write them: `x.mode`.
    """
    names: list[str] = []
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        keys = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else ()
        names += [section, *(f"{section}.{key}" for key in keys)]
    return names


def secret_names() -> list[str]:
    """
    Of the settings that are secrets.
    """
    return [
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for key, one in field.annotation.model_fields.items()
        if "SecretStr" in str(one.annotation)
    ]
