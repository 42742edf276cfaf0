"""Computing that gives way to whoever draws on the screen."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

NICENESS = 5


def give_way() -> None:
    """Let other programs go before this thread, and before those that it starts from now on.

    Where the browser runs on the server's machine, networks on all cores would make it miss frames while the
    user pans. On Linux alone: elsewhere priorities are not kept for each thread.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            now = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, max(now, NICENESS))
