"""Pure decisions: what they need comes in as arguments, what they find goes out as values."""
