"""Waiting for a condition, never longer than a deadline."""

import time


def wait_until(condition, seconds=20, what=None):
    """The first true value of `condition()`, which is asked every 20 ms. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what or condition}")
        time.sleep(0.02)
