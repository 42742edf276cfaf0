"""Layers: predictions named by all that they depend on, so that nothing is ever predicted twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from zoomiseg.geometry import Box, Click, ScaleName

if TYPE_CHECKING:
    from zoomiseg.predict import Predictor


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The recipe of one prediction of one patch.

    Args:
        id: SHA-256, in hex, over the rest and over what the network is.
        scale: Whose network predicts it.
        box: The patch, in pixels of its scale's grid.
        clicks: What the network sees, in the order of clicking.
        source: What its mask input is: the patch's layer before, the low canvas, an imported mask, or none.
        memory: What its network remembers of other patches, the latest clicked last.
        settled: What was settled in it at the high scale, for its network to learn from.
        choice: Which of two other layers it is; None where it is predicted itself.
        plain: It is what the network says without any adaptation.
    """

    id: str
    scale: ScaleName
    box: Box
    clicks: tuple[Click, ...]
    source: MaskSource
    memory: tuple[Clicked, ...] = ()
    settled: tuple[Part, ...] = ()
    choice: Choice | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a high layer that was settled.

    Args:
        layer: The prediction of a high patch.
        clip: Inside its box, in high pixels, whole low pixels.
    """

    layer: Layer
    clip: Box


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Two answers to the same clicks, and the clicks that tell which is better on this slide.

    Args:
        adapted: The layer of the adapted network.
        plain: That of the network itself.
        trials: Clicks on earlier answers, in their order.
    """

    adapted: Layer
    plain: Layer
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A new click in a patch, and what the patch was answered before it.

    Args:
        answers: Both answers to the clicks before.
        click: Inside the patch.
    """

    answers: Choice
    click: Click


@dataclass(frozen=True, slots=True)
class Clicked:
    """A patch's clicks, for another patch's network to remember.

    Args:
        box: The patch, in pixels of its scale's grid.
        clicks: Some of those inside it, in order.
    """

    box: Box
    clicks: tuple[Click, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """An imported mask; its id is the SHA-256 of its file."""

    id: str


@dataclass(frozen=True, slots=True, eq=False)
class LowView:
    """The low canvas as it was at one time, under one box.

    Args:
        id: SHA-256, in hex, over the rest.
        parts: The low layers that were blended there.
        start: The imported mask that shows where there are none; None without one.
    """

    id: str
    parts: tuple[Layer, ...]
    start: Start | None = None


MaskSource: TypeAlias = Layer | LowView | Start | None


class LayerNames:
    """Names layers for one pair of networks on one slide.

    Args:
        low: The low network.
        high: The high network.
        slide: What tells this slide, at its µm per pixel, from another.
    """

    def __init__(self, low: Predictor, high: Predictor, *, slide: dict[str, object]) -> None:
        self._identity = {"low": low.identity, "high": high.identity}
        self._slide = _digest(slide)

    def layer(
        self,
        scale: ScaleName,
        box: Box,
        *,
        clicks: tuple[Click, ...],
        source: MaskSource,
        memory: tuple[Clicked, ...] = (),
        settled: tuple[Part, ...] = (),
        trials: tuple[Trial, ...] | None = None,
        plain: bool = False,
    ) -> Layer:
        """Return the layer of a patch after these clicks.

        Args:
            scale: Whose network predicts it.
            box: The patch.
            clicks: What the network sees.
            source: What its mask input is.
            memory: What its network remembers.
            settled: What was settled in it.
            trials: What tells whether the adapted network is asked at all; None always asks it.
            plain: The network is asked without any adaptation.
        """
        named: list[object] = [
            self._slide,
            self._identity[scale],
            scale,
            _numbers(box),
            _click_numbers(clicks),
            None if source is None else source.id,
        ]
        unadapted = Layer(_digest([*named, "plain"]), scale, box, clicks, source, plain=True)
        if plain:
            return unadapted
        if memory:
            named.append([[_numbers(each.box), _click_numbers(each.clicks)] for each in memory])
        if settled:
            named.append({"settled": [[each.layer.id, _numbers(each.clip)] for each in settled]})
        adapted = Layer(_digest(named), scale, box, clicks, source, memory, settled)
        if trials is None:
            return adapted
        tried = [
            [each.answers.adapted.id, each.answers.plain.id, *_numbers_of(each.click)] for each in trials
        ]
        named = [adapted.id, unadapted.id, tried]
        choice = Choice(adapted, unadapted, trials)
        return Layer(_digest(named), scale, box, clicks, source, choice=choice)

    def low_view(self, parts: tuple[Layer, ...], start: Start | None) -> LowView:
        """Return the low canvas that these layers make, over what was imported."""
        named: list[object] = [[part.id, _numbers(part.box)] for part in parts]
        return LowView(_digest([*named, start.id] if start else named), parts, start)


def _click_numbers(clicks: tuple[Click, ...]) -> list[list[float]]:
    return [_numbers_of(click) for click in clicks]


def _numbers_of(click: Click) -> list[float]:
    return [click.x, click.y, click.label]


def _numbers(box: Box) -> list[int]:
    return [box.x, box.y, box.width, box.height]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("utf-8")).hexdigest()
