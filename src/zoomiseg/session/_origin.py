"""Where a session came from: noted beside it, so that whoever reads it finds slide and weights again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError, SessionError, SlideError

if TYPE_CHECKING:
    from zoomiseg.predict import Engine

_NAME = "origin.json"
_CARD = "session.json"
_ENGINES = ("openvino-int8", "openvino", "torch")
"""Those of `zoomiseg.predict`, which is not loaded for their names."""
_RESULT_ENDINGS = (".zoomiseg", ".geojson", ".json", ".png")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a session was made from.

    Args:
        slide: Where the slide lay; None where only its name is known.
        slide_name: Its file's name without the ending.
        mpp: µm per level-0 pixel, (x, y).
        weights: Their name, or their folder's path.
        engine: What ran them.
    """

    slide: Path | None
    slide_name: str
    mpp: tuple[float, float]
    weights: str
    engine: Engine


def write_origin(folder: Path, origin: Origin) -> None:
    """Note beside a session what it was made from.

    Raises:
        OutputError: It cannot be written.
    """
    values = {
        "slide": str(origin.slide),
        "slide_name": origin.slide_name,
        "mpp": list(origin.mpp),
        "weights": origin.weights,
        "engine": origin.engine,
    }
    if _json_of(folder / _NAME) != values:
        path = folder / _NAME
        try:
            replace_file(path, [json.dumps(values, indent=2).encode("ascii"), b"\n"])
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def read_origin(folder: Path) -> Origin:
    """Return what a session was made from, by `segment`'s note and by the session's own card.

    Either will do: a session that the Python interface made has no note, and a card may be damaged.

    Raises:
        SessionError: The folder is no session, or both are missing or damaged.
    """
    if not folder.is_dir():
        raise SessionError(f"There is no session {folder}.")
    note, card = _json_of(folder / _NAME), _json_of(folder / _CARD)
    readings = (_from_card(card, note.get("slide"), note.get("weights")), _from_note(note))
    found = next((each for each in readings if each), None)
    if found is None:
        raise SessionError(f"{folder} is no session, or neither its {_CARD} nor its {_NAME} can be read.")
    return found


def find_slide(folder: Path, origin: Origin) -> Path:
    """Return where the slide of a session lies: where it was, or beside the session.

    Raises:
        SlideError: It is at neither place.
    """
    if origin.slide is not None and origin.slide.exists():
        return origin.slide
    for place in (folder.absolute().parent, folder.absolute().parent.parent):
        for candidate in sorted(place.glob(f"{escape(origin.slide_name)}.*")):
            if candidate.suffix not in _RESULT_ENDINGS:
                return candidate
    was = f"at {origin.slide}" if origin.slide else "beside it"
    raise SlideError(
        f"The slide of {folder.name} is no longer {was}.", hint="Say where it is, with --slide PATH."
    )


def _from_card(card: dict[str, Any], slide: object, weights: object) -> Origin | None:
    try:
        return _origin(card["slide"] | {"path": slide}, weights or card["weights"]["name"], card["engine"])
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _from_note(note: dict[str, Any]) -> Origin | None:
    try:
        slide = {"path": note["slide"], "name": note["slide_name"], "mpp": note["mpp"]}
        return _origin(slide, note["weights"], note["engine"])
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _origin(slide: dict[str, Any], weights: object, engine: object) -> Origin:
    if engine not in _ENGINES:
        raise ValueError(f"There is no engine {engine!r}.")
    path = Path(str(slide["path"])) if slide["path"] else None
    mpp = float(slide["mpp"][0]), float(slide["mpp"][1])
    return Origin(path, str(slide["name"]), mpp, str(weights), cast("Engine", engine))


def _json_of(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
