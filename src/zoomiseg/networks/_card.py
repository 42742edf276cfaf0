"""The card that lies beside a network's weights: all that is needed to build, feed and judge it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from zoomiseg.errors import WeightsError
from zoomiseg.geometry import ScaleName

from ._options import SkipOptions

FORMAT_VERSION: Final = 1
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a network's weights are, how its input is made, and how good it was found.

    Args:
        name: The weights' own name, "compact".
        network: A name of `network_names()`.
        options: How the network was built.
        scale: "low" or "high".
        mpp: Nominal µm per pixel of the patches.
        click_radius_px: Radius of a click's disk, in patch pixels.
        mean: Of RGB in [0, 1], subtracted from the image.
        std: Of RGB in [0, 1], the image is divided by it.
        pad_to_patch: Whether a smaller slide is padded to a whole patch, or run with a margin of white.
        data: What it was trained on, with attribution, as a sentence.
        licence: Of the weights, an SPDX expression.
        recipe: The name of the training recipe.
        seeds: Random seeds of the training, in order.
        figures: Measured quality by name; JSON values only.
        sha256: Of the weights file, in hexadecimal; `save_network` fills it in.
        format_version: Of the card and the file beside it.
        int8_sha256: Of the quantised model beside them; "" where there is none.
    """

    name: str
    network: str
    options: SkipOptions
    scale: ScaleName
    mpp: float
    click_radius_px: int
    mean: Colour
    std: Colour
    pad_to_patch: bool
    data: str
    licence: str
    recipe: str
    seeds: tuple[int, ...]
    figures: Mapping[str, Any] = field(hash=False)
    sha256: str = ""
    format_version: int = FORMAT_VERSION
    int8_sha256: str = ""

    def to_json(self) -> str:
        """Return the card as an indented JSON object, keys in the order of the fields.

        Raises:
            WeightsError: A figure that JSON cannot hold, such as NaN.
        """
        values = asdict(self) | {"figures": dict(self.figures)}
        if not self.int8_sha256:
            # As such a card was before there were quantised models, so that older releases read it.
            del values["int8_sha256"]
        try:
            return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        except (TypeError, ValueError) as error:
            raise WeightsError(f"The card of {self.name} cannot be written as JSON: {error}.") from error


def parse_card(text: str, *, source: str) -> Card:
    """Return the card that `text` holds.

    Args:
        text: A JSON object with exactly the fields of `Card`; the last may be missing.
        source: What to call it in an error, such as the file's path.
    Raises:
        WeightsError: No JSON object, unknown or missing keys, a value of another kind, another version.
    """
    try:
        values = json.loads(text)
    except ValueError as error:
        raise WeightsError(f"{source} is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise WeightsError(f"{source} is no card: it holds no JSON object.")
    version = values.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise WeightsError(
            f"{source} has format version {version!r}, this release reads {FORMAT_VERSION}.",
            hint="Install a newer zoomiseg.",
        )
    _check_keys(values | {"int8_sha256": ""}, {entry.name for entry in fields(Card)}, source)
    return Card(**{name: _parsed(name, value, source) for name, value in values.items()})


def _check_keys(values: Mapping[str, Any], expected: set[str], source: str) -> None:
    unknown, missing = sorted(set(values) - expected), sorted(expected - set(values))
    if unknown or missing:
        found = [f"unknown: {', '.join(unknown)}"] * bool(unknown) + [
            f"missing: {', '.join(missing)}"
        ] * bool(missing)
        raise WeightsError(f"{source} has not the keys of a card; {'; '.join(found)}.")


def _parsed(name: str, value: object, source: str) -> Any:
    parse, wanted = _PARSERS[name]
    try:
        return parse(value)
    except (TypeError, ValueError) as error:
        raise WeightsError(f"{source}: {name} must be {wanted}, got {value!r}.") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _positive(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
        raise TypeError
    return float(value)


def _colour(value: object) -> Colour:
    if not isinstance(value, list):
        raise TypeError
    red, green, blue = (_positive(part) for part in value)
    return red, green, blue


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _scale(value: object) -> str:
    if value not in ("low", "high"):
        raise ValueError
    return _text(value)


def _checksum(value: object) -> str:
    text = _text(value)
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise ValueError
    return text


def _seeds(value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_whole(seed) for seed in value)


def _figures(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _options(value: object) -> SkipOptions:
    if not isinstance(value, dict) or set(value) != {entry.name for entry in fields(SkipOptions)}:
        raise TypeError
    return SkipOptions(value["shallow_skip"], _flag(value["drop_second_skip"]))


_PARSERS: Final[Mapping[str, tuple[Callable[[object], object], str]]] = {
    "name": (_text, "text"),
    "network": (_text, "text"),
    "options": (
        _options,
        'an object with shallow_skip ("image" or "fused") and drop_second_skip (true or false)',
    ),
    "scale": (_scale, '"low" or "high"'),
    "mpp": (_positive, "a positive number"),
    "click_radius_px": (_whole, "a whole number, at least 0"),
    "mean": (_colour, "a list of three positive numbers"),
    "std": (_colour, "a list of three positive numbers"),
    "pad_to_patch": (_flag, "true or false"),
    "data": (_text, "text"),
    "licence": (_text, "text"),
    "recipe": (_text, "text"),
    "seeds": (_seeds, "a list of whole numbers, at least 0"),
    "figures": (_figures, "an object"),
    "sha256": (_checksum, "64 hexadecimal digits"),
    "format_version": (_whole, "a whole number"),
    "int8_sha256": (_checksum, "64 hexadecimal digits"),
}
