import hashlib

import pytest

from glidepath.clients.upload import Destination, put_file
from glidepath.errors import FlyteUploadDataException

DESTINATION = Destination("p", "d")


def test_a_file_arrives_whole_with_progress(client, store, tmp_path):
    data = bytes(range(256)) * 4096
    (tmp_path / "code.tar.gz").write_bytes(data)
    seen: list[tuple[int, int]] = []
    native = client.upload(tmp_path / "code.tar.gz", DESTINATION, lambda sent, size: seen.append((sent, size)))
    md5 = hashlib.md5(data)
    assert native == f"s3://bucket/p/d/{md5.hexdigest()}/code.tar.gz"
    assert store.uploads == {f"/p/d/{md5.hexdigest()}/code.tar.gz?signature=s": data}
    assert seen[-1] == (len(data), len(data)) and len(seen) == 4
    assert store.last("CreateUploadLocation").content_md5 == md5.digest()


def test_an_empty_file_arrives(client, store, tmp_path):
    (tmp_path / "empty").touch()
    client.upload(tmp_path / "empty", DESTINATION)
    assert list(store.uploads.values()) == [b""]


def test_a_refusal_is_told_in_the_stores_words(client, store, tmp_path):
    (tmp_path / "f").write_text("x")
    store.upload_status = 400
    with pytest.raises(FlyteUploadDataException) as caught:
        client.upload(tmp_path / "f", DESTINATION)
    assert "HTTP 400 checksum does not match" in caught.value.message
    assert "signature" not in str(caught.value)


def test_a_store_that_is_gone_is_named(client, server, tmp_path):
    (tmp_path / "f").write_text("x")
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(FlyteUploadDataException, match=r"f could not be uploaded: .*refused"):
        client.upload(tmp_path / "f", DESTINATION)


def test_an_address_that_is_not_http_is_refused(tmp_path):
    (tmp_path / "f").touch()
    with pytest.raises(FlyteUploadDataException, match="not http"):
        put_file("ftp://x/y", tmp_path / "f", {})
