"""A page for the person who typed the command."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def somebody_watches() -> bool:
    """Say whether a person typed the command at a machine with a screen: else a browser is in the way."""
    has_screen = sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in _SCREENS)
    return has_screen and sys.stdout.isatty()


def show_in_browser(url: str) -> None:
    """Open a page in the browser that the system names, without waiting for it."""
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
