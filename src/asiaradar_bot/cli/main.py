"""The command `asiaradar`: puts the groups together, and turns refusals into one sentence and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated, cast

import typer

from asiaradar_bot.cli import articles, costs, db, look, mcp, operate, posts, programs, replay, report, rules, users
from asiaradar_bot.cli.usage import make_strict, usage_sentence
from asiaradar_bot.model.errors import AsiaRadarError, SettingsError
from asiaradar_bot.rules.plain_words import in_plain_words

DONE, FAILED, USAGE = 0, 1, 2
UsageError = cast("type[Exception]", typer.BadParameter.__bases__[0])  # typer carries its own click, naming only leaves

cli = typer.Typer(
    name="asiaradar",
    help="Posts newly published Radar Asia articles to X exactly once, and explains every decision.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands it over so
    if wanted:
        from importlib.metadata import version

        print(f"asiaradar_bot {version('asiaradar_bot')}")
        raise typer.Exit


@cli.callback()
def _of_all(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Which version this is.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Posts newly published Radar Asia articles to X exactly once, and explains every decision."""
    del version  # told already, before any command is looked for


operate.register(cli)
look.register(cli)
costs.register(cli)
mcp.register(cli)
replay.register(cli)
report.register(cli)
cli.add_typer(articles.group, name="articles")
cli.add_typer(posts.group, name="posts")
cli.add_typer(db.group, name="db")
cli.add_typer(users.group, name="users")
cli.add_typer(rules.group, name="rules")
cli.add_typer(programs.tokens, name="tokens")
cli.add_typer(programs.webhooks, name="webhooks")
make_strict(cli)


def main(arguments: list[str] | None = None) -> int:
    """
    Run the command; the exit code: 0 done, 1 refused or failed, 2 bad usage or settings.
    """
    try:
        result = cli(args=arguments, standalone_mode=False)
    except (AsiaRadarError, UsageError) as error:
        told = usage_sentence(error) if isinstance(error, UsageError) else str(error)
        return _complain(in_plain_words(told), USAGE if isinstance(error, (SettingsError, UsageError)) else FAILED)
    except (typer.Abort, KeyboardInterrupt):
        return _complain("stopped by the keyboard", FAILED)
    except OSError as error:
        hint = ": check the path, or make the folder first" if isinstance(error, FileNotFoundError) else ""
        return _complain(f"{error.filename or 'the system'}: {error.strerror or error}{hint}", FAILED)
    return result if isinstance(result, int) else DONE


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"asiaradar: {sentence}\n")
    return code
