"""Prompts beyond single clicks: what is scribbled or boxed becomes the clicks that the networks know."""

from __future__ import annotations

import math
from itertools import pairwise

from zoomiseg.errors import ClickOutside, SessionError
from zoomiseg.geometry import PATCH_SIZE, Box, Click, Grid, ScaleName

from ._payloads import Points, PromptGiven

# A click is drawn as a disk of radius 5 (method.md, "Click maps"): closer ones would overlap.
CLICK_DIAMETER_PX = 11
MOST_CLICKS = 256


def scribbled(points: Points, label: int, scale: ScaleName, *, grid: Grid, slide: Box) -> PromptGiven:
    """Return a line as clicks, one every click's diameter, from its first point on.

    Args:
        points: In slide pixels.
        label: +1 or -1.
        scale: Which network answers.
        grid: That scale's grid.
        slide: All slide pixels; the parts of the line outside give no clicks.

    Raises:
        ClickOutside: All of it lies outside the slide.
        SessionError: No points, or a line of too many clicks.
    """
    if not points:
        raise SessionError("A scribble needs at least one point.")
    length_px = sum(math.dist(*map(grid.from_slide, pair)) for pair in pairwise(points))
    if length_px // CLICK_DIAMETER_PX >= MOST_CLICKS:
        raise SessionError(
            f"A scribble has at most {MOST_CLICKS} clicks, got {length_px // CLICK_DIAMETER_PX + 1:.0f}.",
            hint="Draw it in parts.",
        )
    inside = [xy for xy in _every_diameter(points, grid) if slide.contains(*xy)]
    if not inside:
        raise ClickOutside(f"The scribble lies outside the slide of {slide.width} x {slide.height} pixels.")
    # Where a line crosses itself the same pixel says nothing new.
    distinct: dict[tuple[int, int], Click] = {}
    for xy in inside:
        distinct.setdefault(grid.pixel_at(xy), Click(*xy, label))
    return PromptGiven("scribble", points, tuple(distinct.values()), scale)


def boxed(box: Box, scale: ScaleName, *, grid: Grid, slide: Box) -> PromptGiven:
    """Return a box as clicks: one for the class in its middle, four against it just beyond its sides.

    Which clicks make the best mask of a box is unknown; these say where the object is and where it ends, and
    nothing of what the box does not tell: its corners often belong to neither.

    Args:
        box: Around one object, in slide pixels.
        scale: Which network answers.
        grid: That scale's grid.
        slide: All slide pixels.

    Raises:
        ClickOutside: Its middle lies outside the slide.
        SessionError: It is empty, or larger than what the network sees at once.
    """
    x, y = box.centre
    if not box.area:
        raise SessionError(f"The box at ({box.x}, {box.y}) has no extent.")
    if not slide.contains(x, y):
        raise ClickOutside(
            f"The middle of the box at ({x:g}, {y:g}) lies outside the slide of "
            f"{slide.width} x {slide.height} pixels."
        )
    beyond_x, beyond_y = (CLICK_DIAMETER_PX * each for each in grid.downsample)
    largest_px = PATCH_SIZE - 4 * CLICK_DIAMETER_PX
    if max(box.width / grid.downsample[0], box.height / grid.downsample[1]) > largest_px:
        raise SessionError(
            f"The box of {box.width} x {box.height} slide pixels is larger than the {scale} network sees.",
            hint="Draw a smaller one, or at the low scale.",
        )
    sides = (
        (x, box.y - beyond_y),
        (box.right + beyond_x, y),
        (x, box.bottom + beyond_y),
        (box.x - beyond_x, y),
    )
    around = (Click(*xy, -1) for xy in sides if slide.contains(*xy))
    corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    outline = tuple((float(u), float(v)) for u, v in corners)
    return PromptGiven("box", outline, (Click(x, y, 1), *around), scale)


def _every_diameter(points: Points, grid: Grid) -> list[tuple[float, float]]:
    found, ahead = [points[0]], float(CLICK_DIAMETER_PX)
    for start, end in pairwise(points):
        length = math.dist(grid.from_slide(start), grid.from_slide(end))
        while ahead <= length:
            share = ahead / length
            found.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
            ahead += CLICK_DIAMETER_PX
        ahead -= length
    return found
