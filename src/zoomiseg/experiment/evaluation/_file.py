"""An evaluation on disk: every click of every slide and row, from which all figures can be made again."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError

from ..simulation import Hands, Row, SlideRun, ZoomRules
from ._json import read_facts, read_run, written_facts, written_run
from ._slide import SlideFacts

FILE_NAME = "evaluation.json"
_FORMAT = 1
_ELSEWHERE = "Choose another folder with -o."
_ACTION = ["kind", "x", "y", "label", "iou", "common", "either"]


@dataclass(frozen=True)
class Setting:
    """What all rows have in common.

    Args:
        rules: When the simulated user stops and zooms.
        hands: Who clicks, and the seed.
    """

    rules: ZoomRules
    hands: Hands

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self.rules), **asdict(self.hands)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Setting:
        """Return what `to_json` gave.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        rest = dict(values)
        hands = Hands(rest.pop("clicker"), rest.pop("seed"))
        return cls(ZoomRules(**rest), hands)


@dataclass
class Slide:
    """A slide of the file: its facts, and what was done on it, by row."""

    facts: SlideFacts
    runs: dict[str, SlideRun]


class EvaluationFile:
    """Runs that are kept, each as soon as it is done. Read one with `read`, begin or go on with `resume`.

    Args:
        path: Where.
        setting: What they have in common.
        networks: By row: the identity of what answered.
        slides: By name, in order.
    """

    def __init__(
        self, path: Path, setting: Setting, networks: dict[str, str], slides: dict[str, Slide]
    ) -> None:
        self.path = path
        self.setting = setting
        self.networks = networks
        self.slides = slides

    @classmethod
    def read(cls, path: Path) -> EvaluationFile:
        """Return what a file holds, one that gzip made smaller and named `.gz` too.

        Raises:
            OutputError: It cannot be read, or is no evaluation.
        """
        try:
            content = path.read_bytes()
            values = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
            if values["format"] != _FORMAT:
                raise ValueError(f"format {values['format']}")
            slides = [
                Slide(read_facts(each), {name: read_run(run) for name, run in each["runs"].items()})
                for each in values["slides"]
            ]
            setting, networks = Setting.from_json(values["settings"]), dict(values["networks"])
        except gzip.BadGzipFile as error:
            raise OutputError(f"{path} is no gzip file.", hint=_ELSEWHERE) from error
        except OSError as error:
            raise OutputError(f"{path} cannot be read: {error.strerror or error}.") from error
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, zlib.error) as error:
            raise OutputError(f"{path} holds no results of evaluate.", hint=_ELSEWHERE) from error
        return cls(path, setting, networks, {each.facts.name: each for each in slides})

    @classmethod
    def resume(cls, path: Path, setting: Setting, rows: list[Row]) -> EvaluationFile:
        """Return a file to add runs of these rows to; what it holds already stays.

        Raises:
            OutputError: It holds runs with another setting or other networks, or cannot be read or written.
        """
        file = cls.read(path) if path.exists() else cls(path, setting, {}, {})
        kept, wanted = file.setting.to_json(), setting.to_json()
        for name, value in wanted.items():
            if kept[name] != value:
                raise OutputError(
                    f"{path} holds another evaluation, with {name} {kept[name]} instead of {value}.",
                    hint=_ELSEWHERE,
                )
        for row in rows:
            found = file.networks.setdefault(row.name, _identity(row))
            if found != _identity(row):
                raise OutputError(f"{path} holds a row {row.name} of other networks.", hint=_ELSEWHERE)
        file.save()
        return file

    def add_slide(self, facts: SlideFacts) -> None:
        """Take in a slide that is not there yet."""
        self.slides.setdefault(facts.name, Slide(facts, {}))

    def add_run(self, slide: str, row: str, run: SlideRun) -> None:
        """Take in what was done on a slide in a row; it is on the disk at once.

        Raises:
            OutputError: It cannot be written.
        """
        self.slides[slide].runs[row] = run
        self.save()

    def has(self, slide: str, row: str) -> bool:
        return slide in self.slides and row in self.slides[slide].runs

    def save(self, figures: Mapping[str, Any] | None = None) -> None:
        """Write all; with the figures once all is done.

        Raises:
            OutputError: It cannot be written.
        """
        values = {
            "format": _FORMAT,
            "settings": self.setting.to_json(),
            "networks": self.networks,
            "action": _ACTION,
            "figures": figures,
            "slides": [
                {
                    **written_facts(each.facts),
                    "runs": {name: written_run(run) for name, run in each.runs.items()},
                }
                for each in self.slides.values()
            ],
        }
        try:
            replace_file(self.path, [json.dumps(values, allow_nan=False).encode()])
        except OSError as error:
            raise OutputError(
                f"{self.path} cannot be written: {error.strerror or error}.", hint=_ELSEWHERE
            ) from error


def _identity(row: Row) -> str:
    pair = row.predictors
    adapted = "" if row.adapt == "off" else f" adapted {row.adapt}"
    return f"{pair.name} {pair.weights_sha256} {pair.engine}{adapted}"
