"""Voice in, voice out. What hears and what speaks run in processes of their own, see `helper`."""
