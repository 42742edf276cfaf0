"""Memory of the server over many clicks of one session on one slide: it has to stay flat.

Run: python benchmarks/server_memory.py [--clicks 2000] [--weights compact]

Without `--weights` networks that cost nothing predict (server_light.py), so that whatever grows in the server
itself shows within minutes. Every click is followed by what a viewer asks for.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path

import httpx
import psutil
from server_program import serving

from zoomiseg.slide import sample_path

SAMPLE = "bcss-1015"
WIDTH, HEIGHT = 4096, 2048
EVERY = 100


def main() -> None:
    """Click, and print what the server's memory does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=2000)
    parser.add_argument("--weights", help="shipped networks instead of light ones")
    wishes = parser.parse_args()
    light = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from server_light import main"
    code = "from zoomiseg.cli import main" if wishes.weights else light
    with tempfile.TemporaryDirectory() as name:
        slides = Path(name) / "slides"
        slides.mkdir()
        shutil.copy(sample_path(SAMPLE), slides)
        weights = ("--weights", wishes.weights) if wishes.weights else ()
        arguments = ("--sessions", Path(name) / "sessions", *weights, "--user-header", "X-User")
        with serving(slides, *arguments, code=code) as server, server.client("me") as client:
            click_along(client, psutil.Process(server.process.pid), wishes.clicks)


def click_along(client: httpx.Client, process: psutil.Process, clicks: int) -> None:
    """Click at random places, and print a line for every hundred."""
    (slide,) = client.get("slides").raise_for_status().json()
    session = client.post("sessions", json={"slide": slide["id"]}).raise_for_status().json()["id"]
    chance = random.Random(1)
    print("clicks  RSS (MB)  ms per click")
    seconds = 0.0
    for number in range(1, clicks + 1):
        seconds += one_click(client, session, number, chance)
        if number % EVERY == 0:
            print(
                f"{number:6d}  {process.memory_info().rss / 2**20:8.0f}  {seconds / EVERY * 1000:12.0f}",
                flush=True,
            )
            seconds = 0.0


def one_click(client: httpx.Client, session: str, number: int, chance: random.Random) -> float:
    """Click, ask for what a viewer asks for then, and return the seconds of the click alone."""
    x, y = chance.randrange(WIDTH), chance.randrange(HEIGHT)
    label, scale = chance.choice((1, -1)), chance.choice(("low", "high"))
    body = {"x": x, "y": y, "label": label, "scale": scale, "op_id": f"op-{number}"}
    begun = time.perf_counter()
    answer = client.post(f"sessions/{session}/clicks", json=body).raise_for_status().json()
    seconds = time.perf_counter() - begun
    # Level 12 shows all 4096 pixels of the sample slide. Now and then a user looks at more of it.
    for level, side in ((12, 256), (10, 1024), (8, 4096))[: 3 if number % 20 == 0 else 1]:
        tile = f"sessions/{session}/tiles/{level}/{x // side}_{y // side}.png"
        client.get(tile, params={"v": answer["revision"]}).raise_for_status()
    if number % 7 == 0:
        client.get(f"sessions/{session}").raise_for_status()
        client.post(f"sessions/{session}/undo", json={"op_id": f"undo-{number}"}).raise_for_status()
    return seconds


if __name__ == "__main__":
    main()
