"""Schemathesis makes requests from the OpenAPI document of the API, good and bad, and holds the answers to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.api.program import ROOT, key, program
from tests.web.desk import desk_app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_every_answer_fits_the_document(tmp_path: Path) -> None:
    """No request makes the API break, and no answer has a status, type or shape that is not written down."""
    with desk_app(tmp_path) as app:
        app.editor(ROOT).add(["Ferries run again", "The second part"], draft=True)
        client = program(app)
        schema = schemathesis.openapi.from_dict(client.get("openapi.json").json())
        schema.app = client.app
        schema.config.base_url = "http://testserver/api/v1"
        seen: set[int] = set()
        tried = 0
        for found in schema.get_all_operations():
            operation = found.ok()  # type: ignore[union-attr]  # an error would fail here, as it should
            for mode in GenerationMode:
                try:
                    cases = operation.as_strategy(generation_mode=mode)
                    hold = _holder(cases, client, seen)
                    hold()
                except Unsatisfiable:
                    assert mode is GenerationMode.NEGATIVE, "only what takes nothing cannot be given something wrong"
            tried += 1
        assert tried > 14
        assert {200, 201, 404, 422} <= seen


def _holder(cases: Any, client: TestClient, seen: set[int]) -> Callable[[], None]:
    @given(case=cases)
    @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def hold(case: Any) -> None:
        headers = {"authorization": client.headers["authorization"], **key()}
        seen.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    return hold
