"""A mask that was made elsewhere becomes a session's start; one that is none costs nothing."""

from __future__ import annotations

import io
import json

import httpx
import numpy as np
import pytest
from PIL import Image

from .program import HEIGHT, WIDTH, click, sentence
from .test_sessions import whole

GEOJSON = {"Content-Type": "application/geo+json"}
TIFF = {"Content-Type": "image/tiff"}


def send(client: httpx.Client, session: str, data: bytes, headers: dict[str, str], **query) -> httpx.Response:
    params = {"op_id": "i", "mode": "replace"} | query
    return client.post(f"sessions/{session}/import", content=data, headers=headers, params=params)


def area(*ring: tuple[int, int]) -> bytes:
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    feature = {"type": "Feature", "geometry": geometry, "properties": {}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_the_areas_of_a_geojson_are_the_mask_to_go_on_with(client, session):
    square = area((100, 60), (300, 60), (300, 260), (100, 260))
    assert send(client, session, square, GEOJSON).json()["revision"] == 1
    shown = whole(client, session)[..., 3] == 255
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[60:260, 100:300] = True
    assert (shown != expected).mean() < 0.005
    assert send(client, session, square, GEOJSON).json()["revision"] == 1
    (event,) = client.get(f"sessions/{session}").json()["events"]
    assert event["kind"] == "import"
    assert click(client, session, "a1").json()["revision"] == 2


def test_a_picture_of_the_mask_does_as_well(client, session):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[200:300, 400:500] = 1
    data = io.BytesIO()
    Image.fromarray(mask).save(data, "TIFF")
    assert send(client, session, data.getvalue(), TIFF).status_code == 200
    assert ((whole(client, session)[..., 3] == 255) != (mask > 0)).mean() < 0.005


@pytest.mark.parametrize(
    ("data", "headers", "words"),
    [
        (b"no json", GEOJSON, "is not JSON"),
        (b"[" * 100_000, GEOJSON, "nested too deeply"),
        (b"II*\0 no picture", TIFF, ""),
        (b"", TIFF, "empty"),
        (area((9000, 0), (9100, 0), (9000, 100)), GEOJSON, ""),
    ],
)
def test_what_is_no_mask_is_refused_and_changes_nothing(client, session, data, headers, words):
    answer = send(client, session, data, headers)
    assert answer.status_code == 422
    assert words in sentence(answer)
    assert client.get(f"sessions/{session}").json()["revision"] == 0
