"""The arrows of the flow: each takes rows in one state and leaves them in the next."""
