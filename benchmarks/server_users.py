"""Twenty users at once on one server with the shipped weights: how long a click takes until its mask is seen.

Run: python benchmarks/server_users.py [--users 20] [--clicks 6]
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
from server_program import Server, serving

from zoomiseg.slide import sample_path

SAMPLE = "bcss-1015"
THINKING_SECONDS = 8.0


def main() -> None:
    """Let users work at a pace of people, then all without a pause."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--clicks", type=int, default=6, help="of each user")
    wishes = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        slides = Path(name) / "slides"
        slides.mkdir()
        shutil.copy(sample_path(SAMPLE), slides)
        with serving(slides, "--sessions", Path(name) / "sessions", "--user-header", "X-User") as server:
            warm_up(server)
            for pause in (THINKING_SECONDS, 0.0):
                seconds, errors = measured(server, users=wishes.users, clicks=wishes.clicks, pause=pause)
                report(seconds, errors, users=wishes.users, pause=pause)


def warm_up(server: Server) -> None:
    """Wait until the networks are ready."""
    with server.client("first") as client:
        session = made(client)
        for scale in ("low", "high"):
            click(client, session, (2000, 1000), scale, f"warm-{scale}")


def measured(server: Server, *, users: int, clicks: int, pause: float) -> tuple[list[float], list[str]]:
    """Return the seconds of all clicks, and what went wrong.

    Args:
        server: What they share.
        users: How many work at once.
        clicks: Of each.
        pause: Seconds that a user looks at a mask before the next click, on average; 0 clicks at once.
    """
    seconds: list[float] = []
    errors: list[str] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        try:
            with server.client(f"user-{number}-{pause:g}") as client:
                session = made(client)
                for each in range(clicks):
                    time.sleep(chance.uniform(0, 2 * pause))
                    place = chance.randrange(4096), chance.randrange(2048)
                    scale = "high" if each % 2 else "low"
                    seconds.append(click(client, session, place, scale, f"op-{each}"))
                events = client.get(f"sessions/{session}").raise_for_status().json()["events"]
                if {event["author"] for event in events} != {f"user-{number}-{pause:g}"} or len(
                    events
                ) != clicks:
                    errors.append(f"user {number} found {len(events)} events, not his {clicks}")
        except httpx.HTTPError as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds, errors


def made(client: httpx.Client) -> str:
    """Make a session on the only slide and return its id."""
    (slide,) = client.get("slides").raise_for_status().json()
    answer = client.post("sessions", json={"slide": slide["id"]}).raise_for_status()
    session: str = answer.json()["id"]
    return session


def click(client: httpx.Client, session: str, place: tuple[int, int], scale: str, op_id: str) -> float:
    """Return the seconds from the request until the tile under the click has come with the new mask."""
    begun = time.perf_counter()
    body = {"x": place[0], "y": place[1], "label": 1, "scale": scale, "op_id": op_id}
    answer = client.post(f"sessions/{session}/clicks", json=body).raise_for_status()
    # Level 12 shows all 4096 pixels of the sample slide.
    tile = f"sessions/{session}/tiles/12/{place[0] // 256}_{place[1] // 256}.png"
    client.get(tile, params={"v": answer.json()["revision"]}).raise_for_status()
    return time.perf_counter() - begun


def report(seconds: list[float], errors: list[str], *, users: int, pause: float) -> None:
    """Print what was measured."""
    how = f"{pause:g} s between clicks on average" if pause else "without a pause"
    print(f"{users} users, {how}: {len(seconds)} clicks, {len(errors)} errors")
    if len(seconds) > 1:
        p95 = statistics.quantiles(seconds, n=20)[-1]
        print(f"  click to mask: median {statistics.median(seconds):.2f} s, 95% {p95:.2f} s")
    for error in errors[:5]:
        print(f"  {error}")


if __name__ == "__main__":
    main()
