"""What commands, pages and programs look up alike."""

from __future__ import annotations

from datetime import datetime

from asiaradar_bot.model.article import Article, ArticleId, SourceItem
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.addresses import canonical_url
from asiaradar_bot.rules.facts import merge_facts, names_of


def find_article(tx: Transaction, text: str, now: datetime) -> Article:
    """
    The article of that number or address. Raises NotFoundError, InputError.
    """
    if text.isdigit():
        return tx.articles.get(ArticleId(int(text)))
    item = SourceItem(id=text, url=canonical_url(text))
    found = tx.articles.find_by_names(names_of(item, None, merge_facts(item, None, now=now)))
    if found is None:
        raise NotFoundError(f"no source ever showed {text}: check the address, or look at `asiaradar articles list`")
    return found
