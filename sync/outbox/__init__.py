"""Orders on their way to 1C."""
