"""Plays candidate scripts against personas on the real model, judges every company turn, and reports."""
