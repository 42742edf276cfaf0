"""Requests that make no sense are answered by a sentence, and never by a failure of the server."""

from __future__ import annotations

import httpx
import pytest

from .program import click, new_session, sentence

JSON = {"Content-Type": "application/json"}
CLICK = '{"x": %s, "y": 10, "label": 1, "op_id": "a"}'


@pytest.fixture(scope="module")
def module_session(client) -> str:
    return new_session(client)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (CLICK % "NaN", "x: "),
        (CLICK % "Infinity", "x: "),
        (CLICK % "1e999", "x: "),
        (CLICK % "1e12", "less than or equal to 4000000"),
        (CLICK % ("9" * 5000), ""),
        (CLICK % '"ten"', "valid number"),
        (CLICK % "601", "outside the slide of 601 x 481 pixels"),
        (CLICK % "-0.5", "outside the slide"),
        ('{"x": 1, "y": 10, "label": 0, "op_id": "a"}', "label: "),
        ('{"x": 1, "y": 10, "label": 1}', "op_id: Field required"),
        ('{"x": 1, "y": 10, "label": 1, "op_id": "a b"}', "op_id: "),
        ('{"x": 1, "y": 10, "label": 1, "op_id": "a", "lable": 1}', "lable: Extra inputs"),
        ('{"x": 1, "y": 10, "label": 1, "op_id": "a", "class": "\\ud800"}', "class: "),
        ('{"x": 1, "y": 10, "label": 1, "op_id": "a", "class": "<b>"}', "There is no class '<b>'"),
        ('{"x": 1, "y": 10, "label": 1, "op_id": "a", "revision": -1}', "revision: "),
        ("[" * 20_000, ""),
        ("not json", ""),
        ("", ""),
        ("null", ""),
        ('"text"', ""),
    ],
)
def test_a_click_without_sense_is_refused_with_a_sentence(client, module_session, body, words):
    answer = client.post(f"sessions/{module_session}/clicks", content=body, headers=JSON)
    assert 400 <= answer.status_code < 500, answer.text
    assert words in sentence(answer)
    assert client.get(f"sessions/{module_session}").json()["revision"] == 0


def test_a_region_off_the_slide_is_refused(client, module_session):
    box = {"x": 9000, "y": 0, "width": 10, "height": 10, "op_id": "s"}
    answer = client.post(f"sessions/{module_session}/settle", json=box)
    assert answer.status_code == 409
    assert "has no pixel on the slide" in sentence(answer)


def test_there_is_nothing_to_undo_redo_or_delete_in_a_new_session(client, module_session):
    path = f"sessions/{module_session}"
    answers = [client.post(f"{path}/{what}", json={"op_id": "u"}) for what in ("undo", "redo")]
    answers.append(client.delete(f"{path}/clicks/none"))
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert "nothing to undo" in sentence(answers[0])


@pytest.mark.parametrize("length", ["declared", "streamed"])
def test_a_body_beyond_the_limit_is_refused(client, module_session, length):
    body = b"[" + b"1," * (1 << 19) + b"1]"
    content = body if length == "declared" else iter([body[: 1 << 19], body[1 << 19 :]])
    answer = client.post(f"sessions/{module_session}/clicks", content=content, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_other_web_sites_cannot_send_requests_in_the_users_name(client, server, module_session):
    foreign = {"Origin": "https://elsewhere.example"}
    answer = click_with(client, module_session, foreign)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin")
    assert client.get("slides", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    rebound = client.get("slides", headers={"Host": "elsewhere.example"})
    assert (rebound.status_code, rebound.json()["code"]) == (403, "host")
    own = httpx.URL(server.url)
    assert client.get("slides", headers={"Host": f"localhost:{own.port}"}).status_code == 200
    assert click(client, new_session(client), "own").status_code == 200


def click_with(client: httpx.Client, session: str, headers: dict[str, str]) -> httpx.Response:
    body = {"x": 1, "y": 1, "label": 1, "op_id": "a"}
    return client.post(f"sessions/{session}/clicks", json=body, headers=headers)


def test_every_answer_forbids_what_a_page_might_do(client):
    for path in ("slides", "nothing", "/"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'self';")


def test_an_address_or_method_that_is_not_there_is_a_problem_too(client, module_session):
    assert sentence(client.get("nothing")) == "There is nothing at this address."
    answer = client.put(f"sessions/{module_session}", json={})
    assert (answer.status_code, answer.headers["allow"][:3]) == (405, "GET")
    assert sentence(answer)
