"""What time is it, by both clocks?"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from readiness.recording import Moment


def now() -> Moment:
    """This moment."""
    return Moment(datetime.now(UTC), time.monotonic_ns())
