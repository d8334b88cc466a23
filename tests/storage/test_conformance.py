"""One suite over every store: files, memory, and S3 by a real S3 protocol server."""

from datetime import datetime, timedelta, timezone

import pytest

from glidepath.errors import FlyteDataNotFoundException
from glidepath.storage import Storage, StorageConfig, open_storage


@pytest.fixture(params=["file", "path", "memory", pytest.param("s3", marks=pytest.mark.slow)])
def place(request, tmp_path):
    """A storage and the URI of an empty folder in it."""
    if request.param == "file":
        return open_storage(), (tmp_path / "store").as_uri()
    if request.param == "path":
        return open_storage(), str(tmp_path / "store")
    if request.param == "memory":
        return open_storage(), "memory://bucket/store"
    options = {
        "endpoint": request.getfixturevalue("s3_endpoint"),
        "access_key_id": "k",
        "secret_access_key": "s",
        "region": "us-east-1",
    }
    return open_storage(StorageConfig(options={"s3": options})), f"s3://data/{tmp_path.name}"


def test_the_router_is_a_storage(place):
    assert isinstance(place[0], Storage)


@pytest.mark.parametrize("name", ["a.txt", "deep/er/b.bin", "with blank and ünïcode.txt", "100%/#hash?.txt", "a+b&c=d"])
def test_what_is_put_is_got(place, name):
    storage, root = place
    if "?" in name and root.startswith("file:"):
        name = name.replace("100%", "100%25")
    storage.put(f"{root}/{name}", b"\0bytes\xff")
    assert storage.get(f"{root}/{name}") == b"\0bytes\xff"


def test_put_replaces(place):
    storage, root = place
    storage.put(f"{root}/a", b"one", {"owner": "ada"})
    storage.put(f"{root}/a", b"two")
    assert storage.get(f"{root}/a") == b"two"


def test_an_empty_object(place):
    storage, root = place
    storage.put(f"{root}/empty", b"")
    assert (storage.get(f"{root}/empty"), storage.stat(f"{root}/empty").size) == (b"", 0)


def test_what_is_absent_is_not_found(place, tmp_path):
    storage, root = place
    for read in (
        storage.get,
        lambda uri: storage.download(uri, tmp_path / "x"),
        lambda uri: storage.download_tree(uri, tmp_path / "y"),
    ):
        with pytest.raises(FlyteDataNotFoundException, match="nothing lies at"):
            read(f"{root}/absent")
    assert storage.stat(f"{root}/absent") is None
    assert not (tmp_path / "x").exists()


def test_stat_tells_size_time_and_a_fingerprint_that_changes(place):
    storage, root = place
    storage.put(f"{root}/a", b"12345")
    first = storage.stat(f"{root}/a")
    storage.put(f"{root}/a", b"54321x")
    assert (first.uri.endswith("/a"), first.size) == (True, 5)
    assert abs(first.modified - datetime.now(timezone.utc)) < timedelta(minutes=5)
    assert first.etag and first.etag != storage.stat(f"{root}/a").etag


def test_a_folder_is_no_object(place):
    storage, root = place
    storage.put(f"{root}/folder/a", b"1")
    assert storage.stat(f"{root}/folder") is None


def test_list_is_recursive_sorted_and_stays_in_the_folder(place):
    storage, root = place
    for name in ("f/b", "f/a/c", "f/a.txt", "fx", "g/h"):
        storage.put(f"{root}/{name}", name.encode())
    found = [(info.uri.partition("/f/")[2], info.size) for info in storage.list(f"{root}/f")]
    assert found == [("a.txt", 7), ("a/c", 5), ("b", 3)]
    assert [info.uri for info in storage.list(f"{root}/f/")] == [info.uri for info in storage.list(f"{root}/f")]
    assert [info.uri for info in storage.list(f"{root}/nothing")] == []
    assert [storage.get(info.uri) for info in storage.list(f"{root}/g")] == [b"g/h"]


def test_delete_removes_and_forgives(place):
    storage, root = place
    storage.put(f"{root}/a", b"1")
    storage.delete(f"{root}/a")
    storage.delete(f"{root}/a")
    assert storage.stat(f"{root}/a") is None


def test_files_go_up_and_down(place, tmp_path):
    storage, root = place
    source, target = tmp_path / "source", tmp_path / "new" / "target"
    source.write_bytes(b"x" * 100_000)
    storage.upload(source, f"{root}/up")
    storage.download(f"{root}/up", target)
    assert target.read_bytes() == source.read_bytes()
    assert [path.name for path in target.parent.iterdir()] == ["target"]


def test_a_file_larger_than_one_part(place, tmp_path):
    storage, root = place
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 80_000)
    storage.upload(source, f"{root}/large")
    storage.download(f"{root}/large", target)
    assert target.read_bytes() == source.read_bytes()


def test_an_absent_file_cannot_be_uploaded(place, tmp_path):
    storage, root = place
    with pytest.raises(FlyteDataNotFoundException):
        storage.upload(tmp_path / "absent", f"{root}/a")
    with pytest.raises(FlyteDataNotFoundException):
        storage.upload_tree(tmp_path / "absent", f"{root}/a")
    assert storage.stat(f"{root}/a") is None


def test_trees_keep_their_shape(place, tmp_path):
    storage, root = place
    (tmp_path / "tree" / "deep").mkdir(parents=True)
    (tmp_path / "tree" / "a.txt").write_text("a")
    (tmp_path / "tree" / "deep" / "b.txt").write_text("b")
    storage.upload_tree(tmp_path / "tree", f"{root}/tree")
    storage.download_tree(f"{root}/tree", tmp_path / "back")
    back = {path.relative_to(tmp_path / "back").as_posix(): path.read_text() for path in (tmp_path / "back").rglob("*.txt")}
    assert back == {"a.txt": "a", "deep/b.txt": "b"}
