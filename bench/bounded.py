"""Measurements that each have a limit of time, each written down as soon as it is there."""

import json
import signal
import sys
from pathlib import Path


class OutOfTime(BaseException):
    """Raised by the alarm clock, through whatever is running; no Exception, so that nobody in between swallows it."""


def rise(*_):
    raise OutOfTime


class Report:
    """Lines of JSON, each on the disk before the next is measured."""

    def __init__(self, path):
        self.path = Path(path)
        signal.signal(signal.SIGALRM, rise)

    def tell(self, kind, **told):
        with self.path.open("a") as file:
            file.write(json.dumps({"kind": kind} | told) + "\n")

    def attempt(self, what, limit, work):
        """What work returns, or None where it failed or took too long; the failure is a line, too."""
        try:
            signal.setitimer(signal.ITIMER_REAL, max(limit, 0.001))
            return work()
        except OutOfTime:
            self.tell("failure", what=what, why=f"not done within {limit:.0f} s")
        except Exception as error:
            self.tell("failure", what=what, why=f"{type(error).__name__}: {str(error)[:400]}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        print(f"{what} failed; the report says why", file=sys.stderr, flush=True)
        return None
