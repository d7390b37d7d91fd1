"""Scripts that maintain the project; run them as files."""
