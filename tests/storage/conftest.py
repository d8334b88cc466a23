import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture(scope="session")
def s3_endpoint():
    """A real S3 protocol server (moto) with one bucket ``data``."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"

    import boto3

    boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    ).create_bucket(Bucket="data")
    yield endpoint
    server.stop()


class _Handler(BaseHTTPRequestHandler):
    bodies = {"/a.txt": b"hello", "/empty": b""}

    def do_HEAD(self):
        self._answer(with_body=False)

    def do_GET(self):
        self._answer(with_body=True)

    def _answer(self, with_body):
        if self.path == "/secret":
            self.send_error(403)
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "10")
            self.end_headers()
            self.wfile.write(b"12345")
        elif self.path not in self.bodies:
            self.send_error(404)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.bodies[self.path])))
            self.send_header("Last-Modified", "Wed, 01 May 2024 10:00:00 GMT")
            self.send_header("ETag", '"abc"')
            self.end_headers()
            if with_body:
                self.wfile.write(self.bodies[self.path])

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def web():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
