# SPDX-License-Identifier: Apache-2.0
"""Waiting for conditions. There is no other waiting in the tests."""

import threading
import time

_POLL_S = 0.05
_nobody_wakes = threading.Event()


class NotInTime(AssertionError):
    """A condition did not come true, or did not stay true; says what was last seen."""


class Deadline:
    """A point in time that several waits share."""

    def __init__(self, seconds):
        self._at = time.monotonic() + seconds
        self.seconds = seconds

    def left(self):
        return max(0.0, self._at - time.monotonic())

    def passed(self):
        return self.left() == 0.0


def wait_until(condition, deadline, what, every=_POLL_S):
    """Calls condition() until it is true and returns what it returned.

    deadline is seconds or a Deadline. A condition may return (truth, state): then truth decides, state
    is what an error shows, and state is returned. An exception of condition counts as not yet; the last
    one is shown. Raises NotInTime.
    """
    if not isinstance(deadline, Deadline):
        deadline = Deadline(deadline)
    while True:
        over = deadline.passed()
        error = None
        try:
            seen = condition()
            truth, state = seen if isinstance(seen, tuple) and len(seen) == 2 else (seen, seen)
            if truth:
                return state
        except Exception as e:  # whatever a condition trips over while things come up
            error = state = e
        if isinstance(error, Fatal):
            raise error
        if over:
            raise NotInTime(f"not within {deadline.seconds:g} s: {what}; last seen: {_shorten(state)}") from error
        _nobody_wakes.wait(min(every, deadline.left()))


def stays_true(condition, seconds, what, every=0.2):
    """Asserts that condition() is true now and at every look until seconds have passed."""
    deadline = Deadline(seconds)
    while True:
        over = deadline.passed()
        seen = condition()
        truth, state = seen if isinstance(seen, tuple) and len(seen) == 2 else (seen, seen)
        if not truth:
            raise NotInTime(f"no longer true after {seconds - deadline.left():.1f} of {seconds:g} s: {what}; "
                            f"seen: {_shorten(state)}")
        if over:
            return
        _nobody_wakes.wait(min(every, deadline.left()))


class Fatal(AssertionError):
    """Raised by a condition that can never come true any more: ends the wait at once."""


def _shorten(state, limit=2000):
    text = repr(state) if not isinstance(state, BaseException) else f"{type(state).__name__}: {state}"
    return text if len(text) <= limit else text[:limit] + " …"
