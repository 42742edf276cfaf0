"""Click-based tumour segmentation of whole slide images at two magnifications."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoomiseg.errors import ZoomisegError
    from zoomiseg.export import export
    from zoomiseg.geometry import Box, Click
    from zoomiseg.session import Session, SessionOptions
    from zoomiseg.slide import open_slide

__version__ = "0.1.0"
__all__ = ["Box", "Click", "Session", "SessionOptions", "ZoomisegError", "export", "open_slide"]

_HOMES = {
    "Box": "zoomiseg.geometry",
    "Click": "zoomiseg.geometry",
    "Session": "zoomiseg.session",
    "SessionOptions": "zoomiseg.session",
    "ZoomisegError": "zoomiseg.errors",
    "export": "zoomiseg.export",
    "open_slide": "zoomiseg.slide",
}


def __getattr__(name: str) -> object:
    # `import zoomiseg.geometry` must not wait for OpenSlide, Shapely and an engine.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(_HOMES[name])
    # The room `zoomiseg.export` can itself be called, since Python binds the name to it on its first import.
    value = home if name == "export" else getattr(home, name)
    globals()[name] = value
    return value
