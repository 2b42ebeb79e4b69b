"""How fast and how true the engine is, beside others, on the machine at hand."""
