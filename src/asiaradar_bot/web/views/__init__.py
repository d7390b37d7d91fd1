"""What pages show, as plain values; no business logic here."""
