"""Feeler: practise the talk with a company that has no vacancy."""
