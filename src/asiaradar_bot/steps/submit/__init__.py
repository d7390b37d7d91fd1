"""What editors do with posts: add, edit, approve, hold, cancel, move, settle; each change checked and audited."""

from asiaradar_bot.steps.submit.editor import Editor
from asiaradar_bot.steps.submit.embargoed import embargoed_articles, embargoed_posts, free_slot

__all__ = ["Editor", "embargoed_articles", "embargoed_posts", "free_slot"]
