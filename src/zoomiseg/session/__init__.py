"""Clicks become a mask here and nowhere else: event log, undo, low to high, composition, storage."""

from ._events import DEFAULT_CLASS, BoxSettled, ClickMade, Event, Payload, Referring, ZoomOpened
from ._options import Seam, SessionOptions
from ._session import Session
from ._sources import PredictorPair, SlideSource
from ._views import Change, HighPatchView

__all__ = [
    "DEFAULT_CLASS",
    "BoxSettled",
    "Change",
    "ClickMade",
    "Event",
    "HighPatchView",
    "Payload",
    "PredictorPair",
    "Referring",
    "Seam",
    "Session",
    "SessionOptions",
    "SlideSource",
    "ZoomOpened",
]
