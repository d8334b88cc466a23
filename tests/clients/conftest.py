import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_control_plane import FakeControlPlane, Store

from glidepath.clients import Client, PlatformConfig


@pytest.fixture
def server() -> Iterator[FakeControlPlane]:
    fake = FakeControlPlane()
    yield fake
    fake.stop()


@pytest.fixture
def store(server: FakeControlPlane) -> Store:
    return server.store


@pytest.fixture
def config(server: FakeControlPlane) -> PlatformConfig:
    return PlatformConfig(endpoint=server.endpoint, max_backoff_delay=0.01)


@pytest.fixture
def client(config: PlatformConfig) -> Iterator[Client]:
    with Client.connect(config) as client:
        yield client
