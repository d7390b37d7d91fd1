"""The one place that knows the database: tables, queries, migrations, backups."""
