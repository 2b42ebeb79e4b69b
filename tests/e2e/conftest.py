"""Pages on machines that are busy: an expectation waits, it does not measure."""

from playwright.async_api import expect

from feeler.phone.people import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)  # milliseconds
