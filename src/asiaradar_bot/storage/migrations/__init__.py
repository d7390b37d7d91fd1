"""Alembic's folder: one transaction a migration."""
