"""The output of attempts over HTTP: ``/logs/<project>/<domain>/<execution>/<attempt>``, whole or followed to the end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from glidepath.admin.objects import SHIELD
from glidepath.idl import core

PATH = "/logs/{project}/{domain}/{execution}/{name}"
URL_TEMPLATE = PATH
"""What executors put behind the server's public URL to link a log."""
TEXT = "text/plain; charset=utf-8"
CHUNK = 64 * 1024
PAUSE_SECONDS = 0.2
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")


@dataclass(frozen=True)
class LogPlace:
    """Where an executor keeps the output of one attempt."""

    output: Path
    """Appears with the first byte that the attempt prints."""
    ended: Path
    """Appears when the attempt has ended."""


@dataclass(frozen=True)
class Logs:
    """The route. ``root`` is the folder outside of which nothing is ever read."""

    root: Path
    locate: Callable[[core.WorkflowExecutionIdentifier, str], LogPlace]

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer)]

    async def answer(self, request: Request) -> Response:
        """The output so far, with ranges; with ``?follow=1`` it goes on until the attempt ends. 404 when there is none."""
        place = self._place(request)
        if place is None or not place.output.parent.is_dir():
            return PlainTextResponse("no such attempt, or its output has been removed\n", 404)
        if request.query_params.get("follow") in {"1", "true"}:
            return StreamingResponse(_follow(place), media_type=TEXT, headers=SHIELD)
        if not place.output.exists():
            return PlainTextResponse("", headers=SHIELD)
        return FileResponse(place.output, media_type=TEXT, headers=SHIELD, content_disposition_type="inline")

    def _place(self, request: Request) -> LogPlace | None:
        names = request.path_params
        if not all(_NAME.fullmatch(part) for part in names.values()):
            return None
        execution = core.WorkflowExecutionIdentifier(project=names["project"], domain=names["domain"], name=names["execution"])
        place = self.locate(execution, names["name"])
        inside = place.output.resolve().is_relative_to(self.root.resolve())
        return place if inside else None


async def _follow(place: LogPlace) -> AsyncIterator[bytes]:
    while not place.output.exists():
        if place.ended.exists():
            return
        await asyncio.sleep(PAUSE_SECONDS)
    with place.output.open("rb") as file:
        while True:
            ended = place.ended.exists()  # asked before reading: what was printed until then is read below
            while data := file.read(CHUNK):
                yield data
            if ended:
                return
            await asyncio.sleep(PAUSE_SECONDS)
