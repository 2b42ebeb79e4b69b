"""Feeler: practise the talk with a company that has no vacancy."""

from importlib.metadata import version

__version__ = version("feeler")
