"""A store that is full or away, an object that is lost: what passes is waited for, what does not ends one execution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from orchestrated import FAILED, SUCCEEDED, PatientExecutor, Server, node, outputs_of
from sqlalchemy.exc import OperationalError

from glidepath.errors import FlyteDownloadDataException, FlyteUploadDataException


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("orchestrator", "errands"):
        monkeypatch.setattr(f"glidepath.admin.{module}._RETRY_SECONDS", 0.02)


def test_storage_that_fails_for_a_while_loses_nothing(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    server = servers()
    server.register()
    put, failures = server.storage.put, iter(range(3))

    def full(uri: str, data: bytes, *args: Any, **kwargs: Any) -> None:
        if "/propeller/" in uri and next(failures, None) is not None:
            raise FlyteUploadDataException("no space left on device", where=uri)
        put(uri, data, *args, **kwargs)

    monkeypatch.setattr(server.storage, "put", full)
    execution = server.launch("e1", n=4)
    assert server.run_to_end(execution) == SUCCEEDED
    assert next(failures, "used up") == "used up"


def test_a_lost_closure_fails_its_execution_and_no_other(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    first = server.launch("e1", n=1)
    server.run_to_end(first)
    server = servers()
    uri = next(info.uri for info in server.storage.list("memory://bucket") if "closures" in info.uri)
    kept = server.storage.get(uri)
    server.storage.delete(uri)
    broken = server.launch("e2", n=2)
    server.until(lambda: server.phase(broken) == FAILED)
    server.storage.put(uri, kept)
    assert server.run_to_end(server.launch("e3", n=3)) == SUCCEEDED


def test_a_database_that_is_full_loses_nothing(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: bool(server.executor.names))
    write, failures = server.store.write, iter(range(3))

    @contextmanager
    def full() -> Iterator[Any]:
        with write() as connection:
            yield connection
            if next(failures, None) is not None:
                raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(server.store, "write", full)
    assert server.run_to_end(execution) == SUCCEEDED
    assert next(failures, "used up") == "used up"
    assert outputs_of(server, execution) == {"o0": 5}


def test_storage_that_cannot_be_read_for_a_while_postpones_an_execution(
    servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    server.register()
    get, failures = server.storage.get, iter(range(3))

    def away(uri: str) -> bytes:
        if next(failures, None) is not None:
            raise FlyteDownloadDataException("no route to host", where=uri)
        return bytes(get(uri))

    monkeypatch.setattr(server.storage, "get", away)
    execution = server.launch("e1", n=4)
    assert server.run_to_end(execution) == SUCCEEDED
    assert next(failures, "used up") == "used up"


def test_outputs_that_cannot_be_read_after_a_restart_postpone_an_execution(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", server.register_graph("chain", [node("n0"), node("n1", "n0"), node("n2", "n1")]), n=1)
    server.until(lambda: executor.names == ["e1-n0-0"])
    executor.run_next()
    server.until(lambda: executor.names == ["e1-n1-0"])
    get, failures = server.storage.get, iter(range(3))

    def away(uri: str) -> bytes:
        if "/propeller/" in uri and next(failures, None) is not None:
            raise FlyteDownloadDataException("no route to host", where=uri)
        return bytes(get(uri))

    monkeypatch.setattr(server.storage, "get", away)
    server = servers()
    server.until(lambda: bool(server.dispatcher._attempts))
    assert server.run_to_end(execution) == SUCCEEDED
    assert next(failures, "used up") == "used up"


def test_a_server_that_stops_while_its_disk_is_full_leaves_the_work_to_the_next(
    servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    server.register()
    put, disk = server.storage.put, {"full": True}

    def full(uri: str, data: bytes, *args: Any, **kwargs: Any) -> None:
        if "/propeller/" in uri and disk["full"]:
            raise FlyteUploadDataException("no space left on device", where=uri)
        put(uri, data, *args, **kwargs)

    monkeypatch.setattr(server.storage, "put", full)
    execution = server.launch("e1", n=4)
    server.orchestrator.stop()
    disk["full"] = False
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED


def test_an_execution_that_cannot_go_on_stops_what_it_started(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", server.register_graph("wide", [node("n0"), node("n1"), node("n2")]), n=1)
    server.until(lambda: len(executor.names) == 3)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug of the engine")

    monkeypatch.setattr("glidepath.admin.orchestrator.advance", fail)
    executor.run_next()
    server.until(lambda: server.phase(execution) == FAILED)
    assert "a bug of the engine" in server.error(execution).message
    server.until(lambda: not executor.names)
