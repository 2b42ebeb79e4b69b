"""How messages are read: rules for what they do and which facts they open, a taught head for who is in
need.
"""
