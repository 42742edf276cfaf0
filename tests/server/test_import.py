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


def test_a_download_of_several_classes_is_opened_class_by_class(client, session):
    squares = {"Tumor": (100, 60), "stroma": (300, 60)}
    features = []
    for name, (x, y) in squares.items():
        (feature,) = json.loads(area((x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100)))["features"]
        features.append(feature | {"properties": {"classification": name}})
    file = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    refused = send(client, session, file, GEOJSON, **{"class": "necrosis"})
    assert refused.status_code == 422
    assert "outlines no necrosis, only 'Tumor', 'stroma'" in sentence(refused)

    answer = send(client, session, file, GEOJSON).json()
    assert (answer["revision"], answer["notices"]) == (1, ["Not of the class tumour, so left out: 'stroma'."])
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[60:160, 100:200] = True
    assert ((whole(client, session)[..., 3] == 255) != expected).mean() < 0.005
    added = send(client, session, file, GEOJSON, op_id="j", mode="add", **{"class": "stroma"}).json()
    assert added["notices"] == ["Not of the class stroma, so left out: 'Tumor'."]
    # A pixel that both had would belong to the newer one.
    assert ((whole(client, session)[..., 3] == 255) != expected).mean() < 0.005


def test_a_picture_of_the_mask_does_as_well(client, session):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[200:300, 400:500] = 1
    data = io.BytesIO()
    Image.fromarray(mask).save(data, "TIFF")
    assert send(client, session, data.getvalue(), TIFF).status_code == 200
    assert ((whole(client, session)[..., 3] == 255) != (mask > 0)).mean() < 0.005


def test_what_is_added_lies_over_what_was_clicked_and_one_undo_takes_it_back(client, session):
    click(client, session, "a1")
    before = whole(client, session)[..., 3] == 255
    mask = np.zeros((HEIGHT // 2, WIDTH // 2), np.uint8)
    mask[20:60, 30:90] = 1
    mask[30:40, 40:50] = 0
    mask[200, 200] = 1
    data = io.BytesIO()
    Image.fromarray(mask).save(data, "TIFF")
    assert send(client, session, data.getvalue(), TIFF, mode="add").json()["revision"] == 2
    rows, columns = (np.arange(size) * half // size for size, half in ((HEIGHT, 240), (WIDTH, 300)))
    expected = before | (mask[np.ix_(rows, columns)] > 0)
    assert ((whole(client, session)[..., 3] == 255) != expected).mean() < 0.005

    assert [event["kind"] for event in client.get(f"sessions/{session}").json()["events"]] == [
        "click",
        "polygon",
    ]
    client.post(f"sessions/{session}/undo", json={"op_id": "u"})
    assert np.array_equal(whole(client, session)[..., 3] == 255, before)


def test_ragged_outlines_are_listed_by_their_place_only(client, session):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[100:200:2, 50:150:2] = 1
    data = io.BytesIO()
    Image.fromarray(mask).save(data, "TIFF")
    send(client, session, data.getvalue(), TIFF, mode="add")
    (event,) = client.get(f"sessions/{session}").json()["events"]
    assert event["rings"] is None
    place = [event[key] for key in ("x", "y", "width", "height")]
    assert np.abs(np.subtract(place, (50, 100, 99, 99))).max() <= 1


def test_what_is_no_mask_is_told_in_one_sentence(client, session):
    answer = send(client, session, b"not tiff", TIFF)
    assert answer.status_code == 422
    assert sentence(answer) == "The mask upload.tif is damaged or no PNG or TIFF."


@pytest.mark.parametrize("mode", ["replace", "add"])
def test_a_mask_of_another_slide_is_refused(client, session, mode):
    data = io.BytesIO()
    Image.fromarray(np.ones((50, 300), np.uint8)).save(data, "TIFF")
    answer = send(client, session, data.getvalue(), TIFF, mode=mode)
    assert answer.status_code == 422
    assert "another aspect" in sentence(answer)


@pytest.mark.parametrize("mode", ["replace", "add"])
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
def test_what_is_no_mask_is_refused_and_changes_nothing(client, session, data, headers, words, mode):
    answer = send(client, session, data, headers, mode=mode)
    assert answer.status_code == 422
    assert words in sentence(answer)
    assert client.get(f"sessions/{session}").json()["revision"] == 0
