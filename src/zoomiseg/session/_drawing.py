"""The half of a session that changes it by what a user draws."""

from __future__ import annotations

from collections.abc import Sequence

from zoomiseg.geometry import Box, ScaleName

from ._events import DEFAULT_CLASS
from ._operating import OperableSession
from ._payloads import PolygonDrawn, StrokeDrawn, mode_of, points_of
from ._prompts import boxed, scribbled
from ._views import Change

PointSequence = Sequence[Sequence[float]]


class DrawableSession(OperableSession):
    """Lines and boxes that become clicks, and edits by hand.

    Edits by hand lie over all predictions of their class, the newest on top. A later click leaves them as
    they are, except one that contradicts them where it is made: in the patch that it predicts, the edits
    under it then give way to the prediction.
    """

    def scribble(
        self,
        points: PointSequence,
        *,
        label: int,
        scale: ScaleName = "low",
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Record a line as clicks, one every click's diameter, that are predicted and taken back as one.

        Args:
            points: (x, y) in slide pixels.
            label: +1 for the class, -1 for what is not.
            scale: Which network answers; a line over several patches is predicted once in each.
            class_: The class that is outlined.
            op_id: The same id again is the same scribble.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            ClickOutside: All of it lies outside the slide.
            SessionError: It makes no sense, is too long, or lies in a locked region.
            ClickError, RevisionConflict, OutputError, SlideError: As for `click`.
        """
        self._require_scale(scale, "scribble")
        grids = self.slide.grids
        told = scribbled(points_of(points), label, scale, grid=grids.of(scale), slide=grids.slide.box)
        return self._perform(told, class_, op_id, revision)

    def box_prompt(
        self,
        box: Box,
        *,
        scale: ScaleName = "low",
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Record a box around one object as clicks that are predicted and taken back as one.

        Args:
            box: In slide pixels.
            scale: Which network answers.
            class_: The class that is outlined.
            op_id: The same id again is the same box.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            ClickOutside: Its middle lies outside the slide.
            SessionError: It is empty, larger than a patch, or its middle lies in a locked region.
            RevisionConflict, OutputError, SlideError: As for `click`.
        """
        self._require_scale(scale, "box")
        grids = self.slide.grids
        told = boxed(box, scale, grid=grids.of(scale), slide=grids.slide.box)
        return self._perform(told, class_, op_id, revision)

    def stroke(
        self,
        points: PointSequence,
        *,
        width_um: float,
        mode: str = "add",
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Add or erase all that lies within half a width of a line.

        Args:
            points: (x, y) in slide pixels; one makes a dot.
            width_um: In µm on the glass, from side to side.
            mode: "add" or "erase".
            class_: The class that is edited.
            op_id: The same id again is the same stroke.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            SessionError: It makes no sense, has no pixel on the slide, or lies in a locked region.
            RevisionConflict, OutputError: As for `click`.
        """
        drawn = StrokeDrawn(points_of(points), float(width_um), mode_of(mode))
        return self._perform(drawn, class_, op_id, revision)

    def polygon(
        self,
        rings: Sequence[PointSequence],
        *,
        mode: str = "add",
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Add or erase the area inside an odd number of rings: outlines and their holes.

        Args:
            rings: Each a list of (x, y) in slide pixels.
            mode: "add" or "erase".
            class_: The class that is edited.
            op_id: The same id again is the same polygon.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            SessionError: It makes no sense, has no pixel on the slide, or lies in a locked region.
            RevisionConflict, OutputError: As for `click`.
        """
        drawn = PolygonDrawn(tuple(points_of(ring) for ring in rings), mode_of(mode))
        return self._perform(drawn, class_, op_id, revision)
