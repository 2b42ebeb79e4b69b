"""The phone: a Bot API server of our own on loopback, and the page that stands for a phone."""
