"""Which ways of learning from a slide are used."""

from __future__ import annotations

from dataclasses import dataclass, fields

from zoomiseg.errors import AdaptationError


@dataclass(frozen=True, kw_only=True)
class Adaptation:
    """What changes a network's answers on one slide.

    Args:
        statistics: Its normalisation layers lean towards this slide's tissue; needs no clicks.
        head: A linear correction of its answer, fitted to a patch's clicks.
        refine: Gains and shifts of what the clicks tell it follow the clicks; a second or two a click.
        memory: What was clicked in other patches is shown to it.
        views: It is asked at several magnifications, and answers with their mean.
        guard: Its own answer is taken where the clicks have shown that this one is worse; see `helps`.
    """

    statistics: bool = False
    head: bool = False
    refine: bool = False
    memory: bool = False
    views: bool = False
    guard: bool = False

    @property
    def name(self) -> str:
        """The parts joined by "+", "off" without any; `adaptation` takes it back."""
        parts = [field.name for field in fields(self) if getattr(self, field.name)]
        return "+".join(parts) or "off"


def adaptation(name: str) -> Adaptation:
    """Return the adaptation of a name: "off", or parts joined by "+".

    Raises:
        AdaptationError: A part that does not exist, or one given twice.
    """
    if name == "off":
        return Adaptation()
    known = [field.name for field in fields(Adaptation)]
    parts = name.split("+")
    if not set(parts) <= set(known) or len(set(parts)) < len(parts):
        raise AdaptationError(
            f"There is no adaptation {name!r}.", hint=f"Say off, or join with +: {', '.join(known)}."
        )
    return Adaptation(**dict.fromkeys(parts, True))
