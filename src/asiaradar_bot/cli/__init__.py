"""Commands: they parse, call a step or a read, and print; they decide nothing."""
