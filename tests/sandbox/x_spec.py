"""X's own OpenAPI documents as judges of the local X's requests and answers."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

_FOLDER = Path(__file__).parent / "openapi"


@cache
def _document(version: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_FOLDER / f"x-{version}.json").read_text(encoding="utf-8"))
    return document


def faults_of(value: object, schema: dict[str, Any], *, version: str) -> list[str]:
    """
    What the schema has against the value; empty: nothing.
    """
    # Beside `allOf` the components can be pointed at, beside `$ref` Draft 7 would not look at them.
    whole = {"allOf": [schema], "components": _document(version)["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft7Validator(whole).iter_errors(value)]


def body_faults(value: object, operation: str, *, version: str = "2.167") -> list[str]:
    """
    What the document has against a JSON request body of the operation, such as `post /2/tweets`.
    """
    schema = _operation(operation, version)["requestBody"]["content"]["application/json"]["schema"]
    return faults_of(value, schema, version=version)


def answer_faults(value: object, operation: str, *, status: str = "200", version: str = "2.167") -> list[str]:
    """
    What the document has against a JSON answer of the operation.
    """
    schema = _operation(operation, version)["responses"][status]["content"]["application/json"]["schema"]
    return faults_of(value, schema, version=version)


def problem_faults(value: object, *, version: str) -> list[str]:
    """
    What the document has against a problem.
    """
    return faults_of(value, {"$ref": "#/components/schemas/Problem"}, version=version)


def parameter_faults(query: dict[str, str], operation: str, *, version: str = "2.166") -> list[str]:
    """
    What the document has against the query of a request.
    """
    known = {entry["name"]: entry["schema"] for entry in _parameters(operation, version) if entry["in"] == "query"}
    found = [f"{name}: not a parameter of {operation}" for name in query if name not in known]
    for name, schema in known.items():
        if name in query:
            found += faults_of(_typed(query[name], schema), schema, version=version)
    return found


def _parameters(operation: str, version: str) -> list[dict[str, Any]]:
    document = _document(version)
    listed = _operation(operation, version)["parameters"]
    named = document["components"]["parameters"]
    return [named[entry["$ref"].rpartition("/")[2]] if "$ref" in entry else entry for entry in listed]


def _operation(operation: str, version: str) -> dict[str, Any]:
    method, path = operation.split()
    found: dict[str, Any] = _document(version)["paths"][path][method]
    return found


def _typed(value: str, schema: dict[str, Any]) -> object:
    match schema.get("type"):
        case "array":
            return value.split(",")
        case "integer":
            return int(value)
        case _:
            return value
