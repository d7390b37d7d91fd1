"""The web app that the Desk grows from: push hooks, health, metrics; no business logic here."""
