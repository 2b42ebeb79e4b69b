"""The interview in a terminal, typed or played from a script."""
