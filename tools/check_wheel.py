"""Build the wheel, install it into an environment of its own, and let it segment the sample slide there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSIDE = (
    "zoomiseg/weights/compact/low.safetensors",
    "zoomiseg/weights/compact/high.safetensors",
    "zoomiseg/data/samples/bcss-1015.tif",
    "zoomiseg/py.typed",
    "zoomiseg/server/static/index.html",
)


def main() -> int:
    """Return 0 when the installed wheel did the demo."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = _built(folder)
        _require_contents(wheel)
        program = _installed(wheel, folder / "environment")
        result = _demo(program, folder)
    print(f"{wheel.name}: IoU {result['iou_composed']} after {len(result['iou_per_click'])} clicks")
    return 0


def _built(folder: Path) -> Path:
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    return wheel


def _require_contents(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        missing = set(INSIDE) - set(archive.namelist())
    if missing:
        raise SystemExit(f"{wheel.name} lacks {', '.join(sorted(missing))}.")


def _installed(wheel: Path, environment: Path) -> Path:
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    constraints = str(ROOT / "constraints.txt")
    _run(
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-c",
        constraints,
        str(wheel),
    )
    return environment / "bin" / "zoomiseg"


def _demo(program: Path, folder: Path) -> dict[str, object]:
    command = [str(program), "demo", "--headless", "--json", "-o", str(folder / "result")]
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, object] = json.loads(done.stdout)
    for kind in ("mask", "geojson", "overview"):
        if not Path(str(result[kind])).stat().st_size:
            raise SystemExit(f"The demo's {kind} is empty.")
    return result


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
