"""Request bodies that carry a file: multipart forms, and JSON with the file in base64."""

from __future__ import annotations

import base64
import binascii
import json
from io import BytesIO
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, create_form_parser

from asiaradar_bot.sandbox.x.calls import Call, invalid

FormValue = str | int | bytes


def read_form(call: Call, *, allowed: set[str], needed: set[str]) -> dict[str, FormValue]:
    """
    The fields of the body, `media` as bytes.

    Raises:
        RefusedError: 400, the body cannot be read, or has a field too many or too few.
    """
    content_type = call.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        form = _read_multipart(call, content_type)
    elif content_type.startswith("application/json"):
        form = _read_json(call)
    else:
        raise invalid("the body must be JSON or multipart/form-data", **{"content-type": content_type})
    for name in sorted(set(form) - allowed):
        raise invalid(f"$.{name}: is not defined in the schema and the schema does not allow it", **{name: "?"})
    for name in sorted(needed - set(form)):
        raise invalid(f"$.{name}: is missing but it is required", **{name: "?"})
    if "media" in form and not isinstance(form["media"], bytes):
        raise invalid("$.media: is no file and no base64", media="?")
    return form


def read_json(call: Call) -> dict[str, Any]:
    """
    The body as a JSON object.

    Raises:
        RefusedError: 400, it is none.
    """
    try:
        document = json.loads(call.body)
    except ValueError as error:
        raise invalid("the body is not JSON") from error
    if not isinstance(document, dict):
        raise invalid("the body is not a JSON object")
    return document


def _read_json(call: Call) -> dict[str, FormValue]:
    document = read_json(call)
    media = document.get("media")
    if isinstance(media, str):
        try:
            document["media"] = base64.b64decode(media, validate=True)
        except binascii.Error as error:
            raise invalid("$.media: is not base64", media="?") from error
    return document


def _read_multipart(call: Call, content_type: str) -> dict[str, FormValue]:
    form: dict[str, FormValue] = {}

    def on_field(field: Field) -> None:
        form[(field.field_name or b"").decode(errors="replace")] = (field.value or b"").decode(errors="replace")

    def on_file(file: File) -> None:
        name = (file.field_name or b"").decode(errors="replace")
        file.file_object.seek(0)
        form[name] = file.file_object.read()
        file.close()

    headers = {"Content-Type": content_type.encode()}
    try:
        # Everything stays in memory: the connection has bounded the body before.
        parser = create_form_parser(headers, on_field, on_file, config={"MAX_MEMORY_FILE_SIZE": len(call.body) + 1})
        source = BytesIO(call.body)
        while chunk := source.read(65_536):
            parser.write(chunk)
        parser.finalize()
        parser.close()
    except FormParserError as error:
        raise invalid(f"the form cannot be read: {error}") from error
    return form
