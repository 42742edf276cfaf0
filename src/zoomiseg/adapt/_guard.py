"""Whether the clicks of a slide have shown that adapting to it helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TRIALS = 32
"""New clicks after which the tally begins anew: a slide may change from one end to the other."""
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Foretold:
    """What was known of a new click before it was learnt.

    Args:
        adapted: The adapted answer had its place right.
        plain: The network's own answer had.
    """

    adapted: bool
    plain: bool


def helps(clicks: Iterable[Foretold]) -> bool:
    """Return whether the adapted answer is to be shown next.

    A user clicks where the answer that is shown is wrong, so the one that is hidden is often right there
    without being better. It is therefore shown only once it was right, and the other wrong, at more than
    half of the clicks since the last change, of four at least; where both were right, a click says nothing.

    Args:
        clicks: New clicks in their order, at most `TRIALS`; the adapted answer is shown at first.
    """
    adapted_shown, better, all_ = True, 0, 0
    for each in clicks:
        shown, hidden = (each.adapted, each.plain) if adapted_shown else (each.plain, each.adapted)
        if shown and hidden:
            continue
        all_ += 1
        better += hidden
        if all_ >= _LEAST and 2 * better > all_:
            adapted_shown, better, all_ = not adapted_shown, 0, 0
    return adapted_shown
