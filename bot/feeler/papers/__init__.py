"""Reads the files that people send: PDF, Word, web pages and plain text become lines of text.

Files are data from anybody. Each is opened in a process of its own, which has little time and memory, no
network and nothing of ours in its environment; no link in a file is followed and nothing in it is ever run.
"""

from feeler.papers.process import PaperReader

__all__ = ["PaperReader"]
