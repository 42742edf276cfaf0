"""The simulated user at both scales of a slide, in the same session that real users click in."""

from ._hands import Aim, ClickerName, Hand, Hands
from ._record import Action, PatchRun, SlideRun, zooms_of
from ._row import OPTIONS, Row, Scheme, click_slide
from ._rules import FirstLook, ZoomRules
from ._simulation import Simulation
from ._world import World

__all__ = [
    "OPTIONS",
    "Action",
    "Aim",
    "ClickerName",
    "FirstLook",
    "Hand",
    "Hands",
    "PatchRun",
    "Row",
    "Scheme",
    "Simulation",
    "SlideRun",
    "World",
    "ZoomRules",
    "click_slide",
    "zooms_of",
]
