"""What `doctor` looks at: each check gives its name, whether it is well, and a sentence that says how to mend it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from asiaradar_bot.adapters.renderer.checking import check_template
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import CannotReadError, TemplateError
from asiaradar_bot.model.outcome import SourceFailed, SourceRead, Validators
from asiaradar_bot.settings import Mode
from asiaradar_bot.steps.housekeep import disk_problem
from asiaradar_bot.storage.engines import journal_mode

Check = tuple[str, bool, str]


def examine(app: App) -> Iterator[Check]:
    """
    All checks, in the order in which one would mend things.
    """
    yield "settings", True, f"mode {app.settings.x.mode}, environment {app.settings.environment}"
    yield from _database(app)
    yield from _templates(app)
    yield _account(app)
    for source in app.sources:
        answer = app.site.read_source(source, url=source.url, validators=Validators(), now=app.clock.now())
        match answer:
            case SourceRead(items=items):
                yield f"source {source.name}", True, f"{len(items)} items at {source.url}"
            case SourceFailed(detail=detail):
                yield f"source {source.name}", False, detail
            case _:
                yield f"source {source.name}", True, "answers"
    reason = app.press.stop_reason()
    yield "kill switch", reason is None, reason or "off"


def _database(app: App) -> Iterator[Check]:
    problem = app.store.check() or disk_problem(app.store)
    kind = "PostgreSQL" if app.store.is_postgresql else f"SQLite {sqlite3.sqlite_version}, journal {journal_mode()}"
    yield "database", problem is None, problem or kind
    backups = sorted((app.settings.storage.folder / "backups").glob("*.db"))
    yield "backup", True, f"newest: {backups[-1].name}" if backups else "none yet: the first is made within the hour"


def _templates(app: App) -> Iterator[Check]:
    names = app.renderer.list_templates()
    if not names:
        yield "templates", False, f"there are none in {app.settings.templates.folder}: check templates.folder"
    for name in names:
        try:
            tried = check_template(app.renderer, name, choices=app.policy.wording)
        except TemplateError as error:
            yield f"template {name}", False, str(error)
        else:
            lengths = ", ".join(f"{sample} {wording.weighted_length}" for sample, wording in tried.items())
            yield f"template {name}", True, f"weighted lengths of its samples: {lengths}"


def _account(app: App) -> Check:
    if app.settings.x.mode is Mode.DRY_RUN:
        return "X", True, "dry-run: nothing leaves"
    try:
        account = app.press.ask_account()
    except CannotReadError as error:
        return "X", False, f"{error}: check the four credentials and that the app may read and write"
    wanted = app.settings.x.handle
    if account.username.casefold() != wanted.casefold():
        return (
            "X",
            False,
            f"the credentials belong to @{account.username}, not @{wanted}: mend x.handle or the credentials",
        )
    return "X", True, f"@{account.username} ({account.id})"
