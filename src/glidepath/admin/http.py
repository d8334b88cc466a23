"""The HTTP side: health, signed objects, logs, the console's pages, the JSON gateway, as one Starlette app."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route


async def healthcheck(request: Request) -> Response:
    """200 as soon as anything is served at all."""
    return PlainTextResponse("healthy\n")


async def home(request: Request) -> Response:
    return RedirectResponse("/console")


def create_app(rooms: Iterable[Sequence[BaseRoute]]) -> Starlette:
    """The app of all rooms' routes. Other origins may call it, as with stock FlyteAdmin: there are no cookies to steal."""
    routes: list[BaseRoute] = [Route("/healthcheck", healthcheck), Route("/", home)]
    for room in rooms:
        routes.extend(room)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"],
        allow_headers=["Content-Type", "flyte-authorization"],
    )
    return Starlette(routes=routes, middleware=[cors])
