"""The results of an evaluation on disk, image by image, so that an interrupted one goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError

from ._curve import Curve
from ._figures import QUALITIES
from ._flips import Flips
from ._patches import PatchResult

_FORMAT = 1
_SAVE_EVERY_S = 2.0
_ELSEWHERE = "Choose another file with -o."


class ResultFile:
    """Results that are kept; a context manager that saves what is there when it is left, however that is.

    Args:
        path: A JSON file; what it holds already is taken up.
        settings: All that the results depend on, as JSON values.
        names: Of the images, in their order.
    Raises:
        OutputError: The file holds something else or another evaluation, or cannot be written.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], names: Sequence[str]) -> None:
        self.path = path
        self._settings = dict(settings)
        self.results: list[PatchResult] = _earlier(path, self._settings, names) if path.exists() else []
        self._figures: Mapping[str, Any] | None = None
        self._save()

    def __enter__(self) -> ResultFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._save()

    def add(self, result: PatchResult) -> None:
        """Take in the next image's result; it is on the disk within seconds."""
        self.results.append(result)
        if monotonic() - self._saved_s > _SAVE_EVERY_S:
            self._save()

    def finish(self, figures: Mapping[str, Any]) -> None:
        """Take in the figures of all results."""
        self._figures = figures

    def _save(self) -> None:
        values = {
            "format": _FORMAT,
            "settings": self._settings,
            "figures": self._figures,
            "images": [_written(result) for result in self.results],
        }
        try:
            replace_file(self.path, [json.dumps(values, allow_nan=False).encode()])
        except OSError as error:
            raise OutputError(
                f"{self.path} cannot be written: {error.strerror or error}.", hint=_ELSEWHERE
            ) from error
        self._saved_s = monotonic()


def _earlier(path: Path, settings: Mapping[str, Any], names: Sequence[str]) -> list[PatchResult]:
    try:
        values = json.loads(path.read_bytes())
        if values["format"] != _FORMAT:
            raise ValueError(f"format {values['format']}")
        kept, results = values["settings"], [_read(record) for record in values["images"]]
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror or error}.", hint=_ELSEWHERE) from error
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{path} is there already and holds no results of evaluate-patches.", hint=_ELSEWHERE
        ) from error
    for name, value in settings.items():
        if kept.get(name) != value:
            raise OutputError(
                f"{path} holds another evaluation, with {name} {kept.get(name)} instead of {value}.",
                hint=_ELSEWHERE,
            )
    if [result.name for result in results] != list(names[: len(results)]):
        raise OutputError(f"{path} holds results of other images.", hint=_ELSEWHERE)
    return results


def _written(result: PatchResult) -> dict[str, Any]:
    record: dict[str, Any] = {"name": result.name, "foreground": result.foreground}
    curve = result.curve
    if curve is None:
        return record
    reached = {str(quality): curve.clicks_to(quality / 100) for quality in QUALITIES}
    return record | {
        "clicks": curve.points,
        "ious": curve.ious,
        "obeyed": curve.obeyed,
        "obeyed_newest": curve.obeyed_newest,
        "far": [[flips.far, flips.spoilt, flips.mended] for flips in curve.flips],
        "clicks_to": {quality: clicks if ever else None for quality, (clicks, ever) in reached.items()},
        "shuffled": result.shuffled,
        "baselines": dict(result.baselines),
    }


def _read(record: Mapping[str, Any]) -> PatchResult:
    if "clicks" not in record:
        return PatchResult(record["name"], record["foreground"])
    curve = Curve(
        ious=tuple(record["ious"]),
        points=tuple((column, row, label) for column, row, label in record["clicks"]),
        obeyed=tuple(record["obeyed"]),
        obeyed_newest=tuple(record["obeyed_newest"]),
        flips=tuple(Flips(*counts) for counts in record["far"]),
    )
    return PatchResult(
        record["name"],
        record["foreground"],
        curve,
        record["shuffled"],
        {name: tuple(ious) for name, ious in record["baselines"].items()},
    )
