"""What a benchmark set consists of, and what its pixels must be, as two JSON files say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from zoomiseg.errors import ManifestError

DEFINITION, CHECKSUMS = "definition.json", "checksums.json"


@dataclass(frozen=True, slots=True)
class SpecimenRecipe:
    """A generated slide: the arguments of a `Specimen`."""

    style: str
    seed: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MontageRecipe:
    """A montage of the images of a split and of kinds: the arguments of a `Montage`.

    Args:
        split: Of the manifest's rows.
        kinds: Of the images.
        target: Kinds whose marked structures are the truth; ("all",) for every image's, ("one",) for a kind
            or half of the images that the seed draws.
        images: How many.
        seed: Decides the rest.
        width: In pixels.
        height: In pixels.
    """

    split: str
    kinds: tuple[str, ...]
    target: tuple[str, ...]
    images: int
    seed: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RealRecipe:
    """A real slide that comes with the package, and its mask: two names of `sample_path`."""

    slide: str
    mask: str


Recipe = SpecimenRecipe | MontageRecipe | RealRecipe


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a slide of a set must be.

    Args:
        image: SHA-256 of its decoded pixels.
        truth: SHA-256 of its truth's decoded values.
        slide_file: SHA-256 of the file, which other versions of the codecs may write otherwise.
        truth_file: Likewise.
        means: Mean colour of each block, see `ImagePrint`.
        tumour_fraction: Share of the whole slide.
        low_scale_ceiling: IoU of the truth shrunk to the low scale and enlarged again.
    """

    image: str
    truth: str
    slide_file: str
    truth_file: str
    means: tuple[tuple[float, float, float], ...]
    tumour_fraction: float
    low_scale_ceiling: float


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A set of slides with truth, defined once and for all.

    Args:
        name: Such as "v1".
        generator: The version of the generator that its generated slides are of.
        slides: What each is made of, by name.
        checksums: What each must be, by name; empty in a set that is being made.
    """

    name: str
    generator: int
    slides: Mapping[str, Recipe]
    checksums: Mapping[str, Checksum]


def benchmark_folder(name: str) -> Path:
    """Return where the definition of a set lies: a name such as "v1", or the path of a folder.

    Raises:
        ManifestError: There is none.
    """
    known = Path(str(files("zoomiseg") / "data" / "benchmarks"))
    for folder in (known / name, Path(name)):
        if (folder / DEFINITION).is_file():
            return folder
    names = ", ".join(sorted(path.parent.name for path in known.glob(f"*/{DEFINITION}")))
    raise ManifestError(f"There is no benchmark {name!r}; there is {names}.")


def read_benchmark(folder: Path) -> Benchmark:
    """Read a set from its folder.

    Raises:
        ManifestError: A file cannot be read or understood.
    """
    path = folder / DEFINITION
    try:
        values = json.loads(path.read_text("utf-8"))
        slides = {entry["name"]: _recipe(entry) for entry in values["slides"]}
        path = folder / CHECKSUMS
        checksums = json.loads(path.read_text("utf-8")) if path.exists() else {}
        read = {name: _checksum(entry) for name, entry in checksums.items()}
        return Benchmark(values["name"], int(values["generator"]), slides, read)
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ManifestError(f"{path} is no definition of a benchmark: {reason}.") from error


def checksums_text(checksums: Mapping[str, Checksum]) -> str:
    """Return checksums as JSON, a line for each value, so that a change shows."""
    lines = []
    for name, checksum in checksums.items():
        values = {field: getattr(checksum, field) for field in Checksum.__dataclass_fields__}
        body = ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in values.items())
        lines.append(f"  {json.dumps(name)}: {{\n{body}\n  }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _recipe(entry: Mapping[str, Any]) -> Recipe:
    makers = {"specimen": _specimen, "montage": _montage, "real": _real}
    given = [kind for kind in makers if kind in entry]
    if len(given) != 1:
        raise ValueError(f"{entry['name']} needs one of {', '.join(makers)}")
    return makers[given[0]](entry[given[0]])


def _specimen(values: Mapping[str, Any]) -> Recipe:
    width, height = values["size"]
    return SpecimenRecipe(str(values["style"]), int(values["seed"]), int(width), int(height))


def _montage(values: Mapping[str, Any]) -> Recipe:
    width, height = values["size"]
    return MontageRecipe(
        split=str(values["split"]),
        kinds=tuple(values["kinds"]),
        target=tuple(values["target"]),
        images=int(values["images"]),
        seed=int(values["seed"]),
        width=int(width),
        height=int(height),
    )


def _real(values: Mapping[str, Any]) -> Recipe:
    return RealRecipe(str(values["slide"]), str(values["mask"]))


def _checksum(values: Mapping[str, Any]) -> Checksum:
    fields = {field: values[field] for field in Checksum.__dataclass_fields__}
    return Checksum(**fields | {"means": tuple((mean[0], mean[1], mean[2]) for mean in values["means"])})
