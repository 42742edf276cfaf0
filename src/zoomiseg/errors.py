"""Every error that ZoomISEG raises on purpose, as one tree.

ZoomisegError
├── SlideError            (also OSError)      a slide cannot be opened or read
│   └── ScaleUnknown      (also ValueError)   the slide gives no microns per pixel
├── ClickError            (also ValueError)   a click cannot be used
│   └── ClickOutside                          it lies outside the slide or patch
├── AnnotationError       (also ValueError)   a clicks, GeoJSON or mask file cannot be used
├── ManifestError         (also ValueError)   a manifest or an image and mask pair cannot be used
├── SessionError          (also ValueError)   a session cannot be opened or changed
│   ├── SessionMismatch                       it belongs to another slide
│   ├── RevisionConflict                      somebody else changed it first
│   └── SessionDamaged                        nothing of its event log can be read
├── WeightsError          (also ValueError)   weights are missing, damaged or do not fit
├── AdaptationError       (also ValueError)   no such way to learn from a slide, or not for this network
├── RecipeError           (also ValueError)   a training recipe cannot be found or understood
├── TrainingFailed        (also ArithmeticError) the loss is no longer a number
├── OutputError           (also OSError)      a result cannot be written
└── MissingExtra          (also ImportError)  an optional dependency is not installed

Each message is one sentence or two for the user: what, where, and what to do.
"""

from __future__ import annotations


class ZoomisegError(Exception):
    """Base of all errors raised on purpose; `str(error)` is fit to be shown to a user.

    Args:
        message: What went wrong and where, as one sentence.
        hint: What the user can do about it, or None.
    """

    code = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class SlideError(ZoomisegError, OSError):
    """A slide cannot be opened or read."""

    code = "slide"


class ScaleUnknown(SlideError, ValueError):
    """The slide gives no microns per pixel."""

    code = "scale-unknown"


class ClickError(ZoomisegError, ValueError):
    """A click cannot be used: wrong label, scale or coordinates."""

    code = "click"


class ClickOutside(ClickError):
    """A click lies outside the slide, or outside the patch it was given to."""

    code = "click-outside"


class AnnotationError(ZoomisegError, ValueError):
    """A clicks file, a GeoJSON file or a mask cannot be used."""

    code = "annotation"


class ManifestError(ZoomisegError, ValueError):
    """A manifest, or an image and mask pair that it names, cannot be used."""

    code = "manifest"


class SessionError(ZoomisegError, ValueError):
    """A session cannot be opened or changed."""

    code = "session"


class SessionMismatch(SessionError):
    """A session on disk belongs to another slide."""

    code = "session-mismatch"


class RevisionConflict(SessionError):
    """Somebody else changed the session first."""

    code = "revision-conflict"


class SessionDamaged(SessionError):
    """Nothing of a session's event log can be read."""

    code = "session-damaged"


class WeightsError(ZoomisegError, ValueError):
    """Weights are missing, damaged, or do not fit their network."""

    code = "weights"


class AdaptationError(ZoomisegError, ValueError):
    """There is no such way to learn from a slide, or it does not fit this network."""

    code = "adaptation"


class RecipeError(ZoomisegError, ValueError):
    """A training recipe cannot be found or understood, or does not fit its checkpoint."""

    code = "recipe"


class TrainingFailed(ZoomisegError, ArithmeticError):
    """The loss of a training run is no longer a number."""

    code = "training"


class OutputError(ZoomisegError, OSError):
    """A result cannot be written."""

    code = "output"


class MissingExtra(ZoomisegError, ImportError):
    """An optional dependency is not installed."""

    code = "missing-extra"
