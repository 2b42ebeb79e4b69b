"""How messages are read: by taught heads, the same whichever engine writes."""
