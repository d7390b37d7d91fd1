"""The frozen nouns of the bot and their state tables; standard library only, no business logic."""
