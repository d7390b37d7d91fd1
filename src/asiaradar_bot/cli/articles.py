"""articles: list, show, why."""

from __future__ import annotations

from typing import Annotated

import typer

from asiaradar_bot.cli.shared import opened, print_json, stamp, tell_where
from asiaradar_bot.rules.rows import article_row
from asiaradar_bot.steps.look_up import find_article, list_decided, story_of

group = typer.Typer(help="Articles and why they were posted or not.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@group.command("list")
def list_articles(*, limit: Annotated[int, typer.Option(min=1, max=1000)] = 30, json: Json = False) -> None:
    """The newest articles with their decisions."""
    with opened() as app, app.store.read() as tx:
        found = list_decided(tx, limit=limit)
        if not found and not json:
            print("no articles")
            tell_where(app)
        for article, decision in found:
            row = article_row(article, decision)
            if json:
                print_json(row)
            else:
                print(f"{article.id:>5}  {row['verdict'] or '...':<8}  {article.facts.title}")
                print(f"       {row['reason'] or 'not decided yet'}\n       {article.url}")


@group.command()
def show(url: Annotated[str, typer.Argument(help="Address or number of the article.")]) -> None:
    """What is on record of an article, with its revisions."""
    with opened() as app, app.store.read() as tx:
        article = find_article(tx, app.public_url(url), app.clock.now())
        zone = app.policy.wording.zone
        print(f"{article.facts.title}\n{article.url}")
        print(f"source {article.source}, first seen {stamp(article.first_seen_at, zone)}")
        for revision in tx.articles.list_revisions(article.id):
            changed = ", ".join(revision.changed) or "first"
            print(f"revision {revision.number} of {stamp(revision.seen_at, zone)} ({changed}): {revision.facts.title}")


@group.command()
def why(url: Annotated[str, typer.Argument(help="Address or number of the article.")], *, json: Json = False) -> None:
    """The decision and its trace, in sentences."""
    with opened() as app, app.store.read() as tx:
        story = story_of(tx, find_article(tx, app.public_url(url), app.clock.now()), zone=app.policy.wording.zone)
    if not json:
        print("\n".join(story.sentences))
        return
    decision = story.decision
    print_json(
        {
            "url": story.article.url,
            "verdict": decision.verdict if decision else None,
            "reason": decision.reason if decision else None,
            "detail": decision.detail if decision else None,
            "trace": [[line.check, line.passed, line.detail] for line in story.trace],
            "sentences": story.sentences,
        }
    )
