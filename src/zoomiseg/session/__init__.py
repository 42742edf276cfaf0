"""Clicks become a mask here and nowhere else: event log, undo, low to high, composition, storage."""

from ._events import DEFAULT_CLASS, Event
from ._imports import MaskSource
from ._options import Seam, SessionOptions
from ._origin import Origin, find_slide, read_origin, write_origin
from ._payloads import (
    MOST_POINTS,
    BoxLocked,
    BoxSettled,
    ClickMade,
    LearningSwitched,
    MaskImported,
    Mode,
    Payload,
    PolygonDrawn,
    PromptGiven,
    ProposalAccepted,
    Referring,
    StrokeDrawn,
    ZoomOpened,
)
from ._postgres import require_database
from ._scanline import even_odd, non_zero
from ._session import Session
from ._sources import LearningPredictor, PredictorPair, SlideSource
from ._views import Change, HighPatchView, Proposal

__all__ = [
    "DEFAULT_CLASS",
    "MOST_POINTS",
    "BoxLocked",
    "BoxSettled",
    "Change",
    "ClickMade",
    "Event",
    "HighPatchView",
    "LearningPredictor",
    "LearningSwitched",
    "MaskImported",
    "MaskSource",
    "Mode",
    "Origin",
    "Payload",
    "PolygonDrawn",
    "PredictorPair",
    "PromptGiven",
    "Proposal",
    "ProposalAccepted",
    "Referring",
    "Seam",
    "Session",
    "SessionOptions",
    "SlideSource",
    "StrokeDrawn",
    "ZoomOpened",
    "even_odd",
    "find_slide",
    "non_zero",
    "read_origin",
    "require_database",
    "write_origin",
]
