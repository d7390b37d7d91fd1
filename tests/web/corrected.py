"""An article whose post is out and whose facts then change: what pages about corrections need."""

from __future__ import annotations

from dataclasses import replace

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Facts, Revision
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.post import NewPost, Post, PostKind, PostState
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.spot import spot

TITLE = "Port Handled 9.8 Million Containers"
URL = "https://radar.asia/port"


def changed_article(app: App, *, title: str, summary: str = "The port counts its busiest year.") -> Post:
    """A post that a dry run sent, and the article's new headline, spotted; the app has no other article."""
    now = app.clock.now()
    link = f"{URL}?utm_id=p1"
    facts = Facts(url=URL, title=TITLE, summary="The port counts its busiest year.", language="en")
    with app.store.begin() as tx:
        article = tx.articles.add(
            Article(
                id=ArticleId(0),
                url=URL,
                state=ArticleState.DONE,
                source="latest",
                first_seen_at=now,
                facts=facts,
                revision=1,
                read_at=now,
            ),
            names=[f"url:{URL}"],
        )
        post = tx.posts.add(
            NewPost(
                kind=PostKind.ARTICLE,
                state=PostState.QUEUED,
                news_class=NewsClass.NORMAL,
                text=f"{TITLE}\n\n{link}",
                link=link,
                marker="p1",
                due_at=now,
                expires_at=None,
                reason="test",
                created_at=now,
                price_usd="0.200",
                article_id=article.id,
                article_url=URL,
                revision=1,
                verified_at=now,
            ),
            who="bot",
        )
    assert publish_due(app.press).outcomes
    new = replace(facts, title=title, summary=summary)
    with app.store.begin() as tx:
        tx.articles.add_revision(Revision(article_id=article.id, number=2, seen_at=now, facts=new, changed=("title",)))
        assert tx.articles.save(replace(article, facts=new, revision=2), was=article)
    spot(app.store, app.clock, terms=app.limits.corrections, prices=app.prices, desk_url=app.desk_url)
    with app.store.read() as tx:
        return tx.posts.get(post.id)
