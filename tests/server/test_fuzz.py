"""Whatever is sent along the API's own description, the server never fails and answers as it describes."""

from __future__ import annotations

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from zoomiseg.server import ServerSettings, create_app, local_user

from .program import new_session, slide_named

EXAMPLES = int(os.environ.get("ZOOMISEG_FUZZ_EXAMPLES", "4"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# A stream of news has no end to wait for.
ENDLESS = "/api/v1/sessions/{session_id}/events"


@pytest.fixture(scope="module")
def description(slides):
    return create_app(ServerSettings(slides=slides), local_user()).openapi()


def operations(description) -> list[tuple[str, str]]:
    paths = description["paths"].items()
    return [(path, method.upper()) for path, methods in paths if path != ENDLESS for method in methods]


def test_no_request_along_the_description_makes_the_server_fail(client, server, description):
    """Half of the requests fit the description, half break it; ids are real ones, so that they get far."""
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=server.origin)
    ids = {"slide_id": slide_named(client, "case.tif")["id"], "session_id": new_session(client)}
    assert len(operations(description)) >= 20
    for path, method in operations(description):
        _fuzz(schema[path][method], ids)


def _fuzz(operation, ids: dict[str, str]) -> None:
    modes = schemathesis.GenerationMode
    both = st.one_of(operation.as_strategy(generation_mode=mode) for mode in (modes.POSITIVE, modes.NEGATIVE))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=both)
    def once(case) -> None:
        case.path_parameters = {name: ids.get(name, value) for name, value in case.path_parameters.items()}
        case.call_and_validate(checks=CHECKS, timeout=120)

    once()
