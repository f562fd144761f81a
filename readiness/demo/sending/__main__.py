"""Which of the three processes is this? Starts it, and ends it when its time is over, whatever it waits for."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from readiness.demo.sending import case_system, integration, mediator
from readiness.demo.sending.log import Log
from readiness.demo.sending.settings import Settings, read_settings

ROLES: Mapping[str, Callable[[Settings, Log], None]] = {
    "verksamhetssystem": case_system.run,
    "integration": integration.run,
    "formedlare": mediator.run,
}
TIME_IS_OVER = 3


def main(arguments: list[str]) -> int:
    """Exit codes: 0 ended by itself, 2 usage; 3 is given when the time is over."""
    if len(arguments) != 2 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m readiness.demo.sending {'|'.join(ROLES)} SETTINGS.json\n")
        return 2
    settings = read_settings(Path(arguments[1]))
    with Log(Path(settings.log), arguments[0], settings.quirks) as log:
        watch = threading.Timer(settings.seconds, _give_up, (log,))
        watch.daemon = True
        watch.start()
        log.tell("INFO", "started")
        ROLES[arguments[0]](settings, log)
        watch.cancel()
        log.tell("INFO", "ended")
    return 0


def _give_up(log: Log) -> None:
    log.tell("ERROR", "time_is_over")
    os._exit(TIME_IS_OVER)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
