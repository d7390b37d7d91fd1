"""The JSON API under `/api/v1`: the same steps as Desk and CLI, for programs with tokens."""

PREFIX = "/api/v1"
