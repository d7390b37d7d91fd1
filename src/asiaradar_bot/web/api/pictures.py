"""Pictures for programs: brought as a file, decoded and encoded anew like those of the Desk, then named by number."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Response, UploadFile

from asiaradar_bot.adapters.news_site.picture import MAX_PICTURE_BYTES, take_in
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model import outcome as nouns
from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.web.api.entry import may
from asiaradar_bot.web.api.once import once_route
from asiaradar_bot.web.api.posts import KEY, Number
from asiaradar_bot.web.api.shapes import Picture

MAX_UPLOAD_BYTES = MAX_PICTURE_BYTES + 64 * 1024
"""Of a body with one picture: the file, and what multipart puts around it."""
_MOST_NAME_CHARS = 100
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture itself",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "image/webp")
        },
    }
}


def picture_reads(app: App) -> APIRouter:
    """
    `/pictures/ID` and `/pictures/ID/content`.
    """
    routes = APIRouter(tags=["pictures"])

    @routes.get("/pictures/{picture_id}", operation_id="show_picture")
    def show_picture(picture_id: Number, person: Annotated[Person, Depends(may(Action.LOOK))]) -> Picture:
        """Kind and size of a picture."""
        del person
        with app.store.read() as tx:
            return _shape(picture_id, tx.posts.get_picture(picture_id))

    @routes.get(
        "/pictures/{picture_id}/content",
        operation_id="show_picture_content",
        response_class=Response,
        responses=_BYTES,
    )
    def content(picture_id: Number, person: Annotated[Person, Depends(may(Action.LOOK))]) -> Response:
        """The picture itself, byte for byte as X gets it."""
        del person
        with app.store.read() as tx:
            found = tx.posts.get_picture(picture_id)
        return Response(found.content, media_type=found.media_type)

    return routes


def picture_changes(app: App) -> APIRouter:
    """
    `POST /pictures`. There is no address to fetch one from: what a program shows, it sends.
    """
    routes = APIRouter(tags=["pictures"], route_class=once_route(app))

    @routes.post("/pictures", status_code=201, operation_id="add_picture", openapi_extra=KEY)
    def add_picture(
        file: Annotated[UploadFile, File(description="JPEG, PNG or WEBP, at most 8 MB and 25 million pixels.")],
        person: Annotated[Person, Depends(may(Action.WRITE))],
    ) -> Picture:
        """
        Bring a picture; posts show it by its number. The same picture has the same number.

        It is made upright and at most 4096 pixels wide and high, loses its metadata (place, camera, names), and goes
        again if no post shows it for 30 days.
        """
        name = f"«{(file.filename or '')[:_MOST_NAME_CHARS]}»"
        picture = take_in(file.file.read(MAX_PICTURE_BYTES + 1), name=name)
        return _shape(app.editor(person).keep_picture(picture), picture)

    return routes


def _shape(picture_id: int, picture: nouns.Picture) -> Picture:
    return Picture(
        picture_id=picture_id,
        media_type=picture.media_type,
        width_pixels=picture.width_pixels,
        height_pixels=picture.height_pixels,
        size_bytes=len(picture.content),
    )
