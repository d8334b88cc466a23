import os
from pathlib import Path

import pytest

from glidepath.errors import FlyteAssertion, FlyteTypeException
from glidepath.storage import StorageConfig, open_storage
from glidepath.storage.memory import MemoryStorage
from glidepath.types import (
    DataContext,
    FlyteDirectory,
    FlyteFile,
    guess_python_type,
    literal_type_of,
    to_literal,
    to_python,
    using,
)


@pytest.fixture
def store():
    return MemoryStorage()


@pytest.fixture
def far(tmp_path, store):
    """A context whose raw outputs lie in a remote store."""
    return DataContext(open_storage(StorageConfig(families={"memory": store})), "memory://raw", tmp_path / "local")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "hello.txt"
    path.write_text("hello")
    return path


def literal_of(value, python_type, ctx):
    return to_literal(value, python_type, literal_type_of(python_type), ctx)


def test_a_file_is_uploaded_and_fetched_once_when_it_is_opened(far, store, source):
    literal = literal_of(FlyteFile(source), FlyteFile, far)
    uri = literal.scalar.blob.uri
    assert uri.startswith("memory://raw/") and uri.endswith("/hello.txt")
    file = to_python(literal, FlyteFile, far)
    assert (file.downloaded, file.remote_source, os.path.exists(file.path)) == (False, uri, False)
    with open(file) as stream:
        assert stream.read() == "hello"
    store.delete(uri)
    assert (file.downloaded, Path(file).read_text()) == (True, "hello")


def test_a_file_that_passes_through_is_not_uploaded_again(far, store, source):
    literal = literal_of(source, FlyteFile, far)
    again = literal_of(to_python(literal, FlyteFile, far), FlyteFile, far)
    assert again == literal
    assert len(list(store.list("memory://raw"))) == 1


def test_without_upload_files_stay_where_they_are(tmp_path, source):
    ctx = DataContext(open_storage(), str(tmp_path / "raw"), tmp_path / "local", upload=False)
    literal = literal_of(FlyteFile(source), FlyteFile, ctx)
    assert literal.scalar.blob.uri == str(source)
    assert to_python(literal, FlyteFile, ctx).path == str(source)
    assert not (tmp_path / "raw").exists()


def test_a_file_goes_where_it_is_told(far, store, source):
    literal = literal_of(FlyteFile(source, remote_path="memory://elsewhere/x.txt"), FlyteFile, far)
    assert (literal.scalar.blob.uri, store.get("memory://elsewhere/x.txt")) == ("memory://elsewhere/x.txt", b"hello")
    assert literal_of(FlyteFile(source, remote_path=False), FlyteFile, far).scalar.blob.uri == str(source)


def test_metadata_travels_with_the_literal(far, source):
    literal = literal_of(FlyteFile(source, metadata={"a": "b"}), FlyteFile, far)
    assert to_python(literal, FlyteFile, far).metadata == {"a": "b"}


def test_new_files_and_remote_files_are_written_through_the_context(far, store):
    with using(far):
        local = FlyteFile.new("out.csv")
        Path(local.path).write_text("1,2")
        remote = FlyteFile.new_remote_file("far.csv")
        with remote.open("w") as stream:
            stream.write("3,4")
        with remote.open("a") as stream:
            stream.write(",5")
        with FlyteFile(remote.remote_source).open() as stream:
            assert stream.read() == "3,4,5"
    literal = literal_of(local, FlyteFile["csv"], far)
    assert store.get(literal.scalar.blob.uri) == b"1,2"
    assert literal.scalar.blob.metadata.type.format == "csv"


def test_a_format_names_one_class():
    assert FlyteFile["csv"] is FlyteFile[".csv"]
    assert (FlyteFile["csv"].extension(), issubclass(FlyteFile["csv"], FlyteFile), FlyteFile[""]) == ("csv", True, FlyteFile)
    assert guess_python_type(literal_type_of(FlyteFile["csv"])) is FlyteFile["csv"]


def test_what_is_no_file_is_refused(far, tmp_path):
    with pytest.raises(FlyteTypeException, match="use FlyteDirectory"):
        literal_of(str(tmp_path), FlyteFile, far)
    with pytest.raises(FlyteTypeException, match="expected a value of type"):
        literal_of(3, FlyteFile, far)
    with pytest.raises(FlyteAssertion, match="does not exist"):
        literal_of(FlyteFile(tmp_path / "absent"), FlyteFile, far)


def test_a_directory_goes_up_and_comes_down_lazily(far, store, tmp_path):
    tree = tmp_path / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "a.txt").write_text("a")
    (tree / "deep" / "b.txt").write_text("b")
    literal = literal_of(FlyteDirectory(tree), FlyteDirectory, far)
    directory = to_python(literal, FlyteDirectory, far)
    with using(far):
        assert [type(item).__name__ for item in FlyteDirectory.listdir(directory)] == ["FlyteFile", "FlyteDirectory"]
        assert list(directory.crawl()) == [(directory.remote_source, "a.txt"), (directory.remote_source, "deep/b.txt")]
        assert [relative for _, relative in directory.crawl(maxdepth=1)] == ["a.txt"]
        assert FlyteDirectory.listdir(directory)[0].download() != str(tree / "a.txt")
    assert not directory.downloaded
    assert sorted(os.listdir(directory)) == ["a.txt", "deep"]
    assert (Path(directory) / "deep" / "b.txt").read_text() == "b"
    assert directory.downloaded


def test_a_remote_directory_is_filled_file_by_file(far, store):
    with using(far):
        directory = FlyteDirectory.new_remote("results")
        with directory.new_dir("deep").new_file("a.txt").open("w") as stream:
            stream.write("a")
    literal = literal_of(directory, FlyteDirectory, far)
    assert store.get(f"{literal.scalar.blob.uri}/deep/a.txt") == b"a"


def test_a_file_is_no_directory(far, source):
    with pytest.raises(FlyteTypeException, match="use FlyteFile"):
        literal_of(source, FlyteDirectory, far)
    file = literal_of(source, FlyteFile, far)
    with pytest.raises(FlyteTypeException, match="annotate it as FlyteFile"):
        to_python(file, FlyteDirectory, far)
