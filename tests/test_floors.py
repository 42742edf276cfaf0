"""The house's order: who may import whom, what a room shows, and what stays unloaded until it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "zoomiseg"
FLOORS = {
    "errors": 0,
    "geometry": 0,
    "durable": 0,
    "lazy": 0,
    "memory": 0,
    "slide": 1,
    "networks": 1,
    "guidance": 1,
    "losses": 1,
    "predict": 2,
    "samples": 2,
    "adapt": 2,
    "robot": 2,
    "annotations": 3,
    "session": 3,
    "training": 3,
    "datasets": 3,
    "experiment": 4,
    "export": 4,
    "server": 5,
    "cli": 5,
    "integrations": 5,
    "distributed": 5,
    "bench": 5,
}
DOOR = "__init__"
DOOR_FLOOR = 6
# Errors are everybody's; an adaptation asks a predictor; a training run reads its pairs from a manifest;
# annotated areas are filled as what is drawn by hand; data are imported from annotations and from finished
# sessions; a verb starts the server or the benchmark, which encodes tiles as the server does.
NEIGHBOURS = {
    ("geometry", "errors"),
    ("adapt", "predict"),
    ("annotations", "session"),
    ("datasets", "annotations"),
    ("datasets", "session"),
    ("training", "datasets"),
    ("cli", "server"),
    ("cli", "bench"),
    ("bench", "server"),
}
VERSION = (DOOR, ("__version__",))
HEAVY = {
    "torch",
    "openvino",
    "lightning",
    "zarr",
    "cv2",
    "openslide",
    "shapely",
    "tifffile",
    "scipy",
    "skimage",
}


class Import(NamedTuple):
    """One imported name: who imports it, from which room, and its dotted way inside that room."""

    file: str
    line: int
    importer: str
    room: str
    way: tuple[str, ...]


def imports_of(source: str, file: str) -> Iterator[Import]:
    """Yield what a module of the package, `file` below its root, imports of the package, at any depth."""
    here = ("zoomiseg", *Path(file).with_suffix("").parts)
    importer = here[1]
    for node in ast.walk(ast.parse(source)):
        for target in _targets(node, here):
            if target[0] == "zoomiseg":
                room = target[1] if len(target) > 1 and target[1] in FLOORS else DOOR
                way = target[1:] if room == DOOR else target[2:]
                yield Import(file, getattr(node, "lineno", 0), importer, room, way)


def _targets(node: ast.AST, here: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(node, ast.Import):
        yield from (tuple(alias.name.split(".")) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = here[: -node.level] if node.level else ()
        module = tuple(node.module.split(".")) if node.module else ()
        yield from ((*base, *module, alias.name) for alias in node.names)


def fault(found: Import) -> str | None:
    """Return what is wrong with an import, or None."""
    place = f"{found.file}:{found.line}"
    if found.importer in (found.room, DOOR) or (found.room, found.way) == VERSION:
        return None
    if found.importer not in FLOORS:
        return f"{place}: {found.importer} has no floor"
    own, other = FLOORS[found.importer], FLOORS.get(found.room, DOOR_FLOOR)
    if any(part.startswith("_") and not part.startswith("__") for part in found.way):
        return f"{place}: {'.'.join(found.way)} is private to {found.room}"
    if other > own:
        return f"{place}: {found.importer} (floor {own}) imports upwards from {found.room} (floor {other})"
    if other == own and (found.importer, found.room) not in NEIGHBOURS:
        return f"{place}: {found.importer} imports from its neighbour {found.room} on floor {own}"
    return None


def modules() -> list[str]:
    return sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def rooms() -> list[str]:
    return sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def all_imports() -> list[Import]:
    return [found for file in modules() for found in imports_of((SOURCE / file).read_text("utf-8"), file)]


def test_no_floor_imports_upwards_and_no_room_another_rooms_private_modules():
    faults = [fault(found) for found in all_imports()]
    assert [text for text in faults if text] == []


def test_every_exception_for_neighbours_is_used():
    used = {(found.importer, found.room) for found in all_imports()}
    assert used >= NEIGHBOURS


def test_every_room_has_a_floor():
    single = {Path(file).stem for file in modules() if "/" not in file} - {DOOR}
    assert single | set(rooms()) <= set(FLOORS)


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        (
            "geometry/_box.py",
            "from zoomiseg.session import Session",
            "imports upwards from session (floor 3)",
        ),
        ("robot.py", "import zoomiseg.experiment", "imports upwards from experiment (floor 4)"),
        ("robot.py", "from zoomiseg import cli", "imports upwards from cli (floor 5)"),
        ("robot.py", "from . import training", "imports upwards from training (floor 3)"),
        ("robot.py", "from .training import train", "imports upwards from training (floor 3)"),
        ("predict/_load.py", "from ..session import Session", "imports upwards from session (floor 3)"),
        ("predict/__init__.py", "from ..export import export", "imports upwards from export (floor 4)"),
        ("predict/deep/_load.py", "from ...export import export", "imports upwards from export (floor 4)"),
        (
            "slide/_open.py",
            "def f():\n    from zoomiseg.predict import Patch",
            "imports upwards from predict",
        ),
        ("slide/_open.py", "import numpy, zoomiseg.predict as p", "imports upwards from predict (floor 2)"),
        ("session/_log.py", "from zoomiseg import open_slide", "imports upwards from __init__ (floor 6)"),
        ("session/_log.py", "import zoomiseg", "imports upwards from __init__ (floor 6)"),
        ("session/_log.py", "from zoomiseg.training import train", "its neighbour training on floor 3"),
        ("session/_log.py", "from zoomiseg.predict._load import find", "_load.find is private to predict"),
        ("session/_log.py", "from zoomiseg.predict import _load", "_load is private to predict"),
        ("session/_log.py", "from ..predict._load import find", "_load.find is private to predict"),
        ("unheard_of/_new.py", "from zoomiseg.geometry import Box", "unheard_of has no floor"),
    ],
)
def test_the_check_finds_what_is_wrong(file, source, expected):
    (text,) = [fault(found) for found in imports_of(source, file)]
    assert text is not None
    assert text.startswith(f"{file}:{source.count(chr(10)) + 1}: ")
    assert text.endswith(expected) or expected in text


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("cli/_main.py", "from zoomiseg.session import Session"),
        (
            "session/_log.py",
            "from ._events import Event\nfrom . import _fold\nfrom zoomiseg.session import _log",
        ),
        ("session/_log.py", "import torch\nfrom zoomiseg.errors import SessionError"),
        ("training/_data.py", "from zoomiseg.datasets import Pair"),
        ("export/_write.py", "from zoomiseg import __version__"),
        ("__init__.py", "from zoomiseg.session import Session"),
    ],
)
def test_the_check_lets_pass_what_is_right(file, source):
    assert [fault(found) for found in imports_of(source, file) if fault(found)] == []


def exported(source: str) -> set[str]:
    """Return the public names that a door binds: definitions, and imports from the package itself."""
    bound: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("zoomiseg")):
            bound |= {alias.asname or alias.name for alias in node.names}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Assign):
            bound |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in bound if not name.startswith("_")}


@pytest.mark.parametrize("room", [*rooms(), ""])
def test_a_door_lists_exactly_what_it_opens_to(room):
    module = import_module(f"zoomiseg.{room}" if room else "zoomiseg")
    names = list(module.__all__)
    assert sorted(set(names)) == sorted(names)
    assert set(names) == exported((SOURCE / room / "__init__.py").read_text("utf-8"))
    assert [name for name in names if not hasattr(module, name)] == []


def test_a_door_that_lists_too_little_is_noticed():
    source = (
        "from ._box import Box\nfrom typing import Any\nif True:\n    from ._click import Click\nSIZE = 3\n"
    )
    assert exported(source) == {"Box", "Click", "SIZE"}


def loaded_by(module: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter holds after importing one."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("module", ["zoomiseg", "zoomiseg.errors", "zoomiseg.geometry", "zoomiseg.cli"])
def test_nothing_heavy_is_loaded_before_it_is_needed(module):
    assert loaded_by(module) & HEAVY == set()


def test_the_package_itself_loads_none_of_its_rooms():
    assert {name for name in loaded_by("zoomiseg") if name.startswith("zoomiseg.")} == set()
