"""The figures of durable turns: a short version of each is a test, the full one a script in this folder."""
