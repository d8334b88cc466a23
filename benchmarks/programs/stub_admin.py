"""An AdminService that accepts everything after a pause, and counts: a network without a server behind it.

    python -m benchmarks.programs.stub_admin MILLISECONDS

Prints ``{"endpoint": "localhost:…"}``. For each line on standard input it prints what was called since the line before,
``{"CreateTask": 100, "PUT": 1, …}``; it ends with its input.
"""

import asyncio
import json
import sys
import threading
from collections import Counter
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc

from glidepath.idl import service

_ABSENT = ("GetTask", "GetWorkflow", "GetLaunchPlan", "GetActiveLaunchPlan", "GetNamedEntity", "GetDescriptionEntity")
CALLS: Counter[str] = Counter()


class Anything(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers every unary call; an empty answer is a valid message of any type."""

    def __init__(self, pause: float, uploads: str) -> None:
        self._pause = pause
        self._uploads = uploads

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        name = handler_call_details.method.rpartition("/")[2]
        return grpc.unary_unary_rpc_method_handler(partial(self._answer, name))

    async def _answer(self, name: str, request: bytes, context: grpc.aio.ServicerContext) -> bytes:
        CALLS[name] += 1
        await asyncio.sleep(self._pause)
        if name in _ABSENT:
            await context.abort(grpc.StatusCode.NOT_FOUND, "the stub keeps nothing")
        if name != "CreateUploadLocation":
            return b""
        asked = service.CreateUploadLocationRequest.FromString(request)
        path = f"{asked.project}/{asked.domain}/{asked.content_md5.hex()}/{asked.filename}"
        return service.CreateUploadLocationResponse(
            signed_url=f"{self._uploads}/{path}", native_url=f"s3://bucket/{path}"
        ).SerializeToString()


class Uploads(BaseHTTPRequestHandler):
    """Takes what is PUT, and forgets it."""

    def do_PUT(self) -> None:
        CALLS["PUT"] += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing: standard error is for what went wrong."""


async def serve(pause: float) -> None:
    """Serve until standard input ends."""
    uploads = ThreadingHTTPServer(("127.0.0.1", 0), Uploads)
    threading.Thread(target=uploads.serve_forever, daemon=True).start()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([Anything(pause, f"http://127.0.0.1:{uploads.server_port}")])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(json.dumps({"endpoint": f"127.0.0.1:{port}"}), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(CALLS), flush=True)
        CALLS.clear()
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000))
