"""``SQLite3Task``: a query on a SQLite file, whose result is a table."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.shim_tasks import PythonCustomizedContainerTask, ShimTaskExecutor
from glidepath.errors import FlyteException, FlyteUserException, FlyteValueException
from glidepath.extras.sql import SQLTask
from glidepath.idl import core
from glidepath.storage.archives import extract_archive
from glidepath.storage.uris import is_remote, local_path, tail_of
from glidepath.types import StructuredDataset, current
from glidepath.types.schema import FlyteSchema

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings


class QueryFailed(FlyteUserException):
    """SQLite refused a query."""

    code = "USER:QueryFailed"


@dataclass(frozen=True)
class SQLite3Config:
    """The database: the URI or path of its file, or with ``compressed`` of an archive (zip, tar) that holds the file alone."""

    uri: str
    compressed: bool = False


class SQLite3TaskExecutor(ShimTaskExecutor):
    """Fetches the file, runs the query, gives its result: a ``pandas.DataFrame``, or a dataset of one."""

    wire_module = "flytekit.extras.sqlite3.task"

    def execute_from_model(self, tt: core.TaskTemplate, **kwargs: Any) -> Any:
        """Raises QueryFailed with SQLite's words, FlyteValueException for inputs that the query does not use or lacks."""
        import pandas  # a heavy library, and only the container needs it

        custom = MessageToDict(tt.custom)
        query = SQLTask.interpolate_query(custom["query_template"], **kwargs)
        with (
            _database(custom["uri"], bool(custom.get("compressed"))) as path,
            contextlib.closing(sqlite3.connect(path)) as connection,  # `with connection` would not close it
        ):
            try:
                frame = pandas.read_sql_query(query, connection)
            except (sqlite3.Error, pandas.errors.DatabaseError) as error:
                raise QueryFailed(f"SQLite cannot run the query: {error}\n{query}", where=custom["uri"]) from error
        older = tt.interface.outputs.variables["results"].type.HasField("schema")
        return frame if older else StructuredDataset(dataframe=frame)


class SQLite3Task(PythonCustomizedContainerTask, SQLTask):
    """A query on a SQLite file; the output ``results`` is its table.

    Example::

        task = SQLite3Task(
            name="first_tracks",
            query_template="select TrackId, Name from tracks limit {{.inputs.limit}}",
            inputs=kwtypes(limit=int),
            task_config=SQLite3Config(uri="https://…/chinook.zip", compressed=True),
        )

    Raises FlyteValueException without a URI.
    """

    def __init__(
        self,
        name: str,
        query_template: str,
        inputs: Mapping[str, Any] | None = None,
        task_config: SQLite3Config | None = None,
        output_schema_type: Any = None,
        container_image: str | None = None,
        **options: Any,
    ) -> None:
        if task_config is None or not task_config.uri:
            raise FlyteValueException(
                f"SQLite task {name} has no database", hint='give task_config=SQLite3Config(uri="https://…/data.db")'
            )
        self._query_template = " ".join(query_template.split())
        PythonCustomizedContainerTask.__init__(
            self,
            name,
            task_config,
            container_image,
            SQLite3TaskExecutor,
            task_type="sqlite",
            interface=DeclaredInterface(inputs, {"results": output_schema_type or FlyteSchema}),
            **options,
        )

    def get_custom(self, settings: SerializationSettings) -> Mapping[str, Any]:
        config: SQLite3Config = self.task_config
        return {"query_template": self.query_template, "uri": config.uri, "compressed": config.compressed}


@contextlib.contextmanager
def _database(uri: str, compressed: bool) -> Iterator[Path]:
    """The database file on this machine."""
    with tempfile.TemporaryDirectory(prefix="flyte-") as folder:
        if is_remote(uri):
            path = Path(folder, tail_of(uri) or "database")
            current().storage.download(uri, path)
        else:
            path = local_path(uri)
            if not path.is_file():
                raise FlyteValueException(f"there is no database {uri}")
        yield _unpacked(path, Path(folder, "unpacked")) if compressed else path


def _unpacked(archive: Path, folder: Path) -> Path:
    folder.mkdir()
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder)  # leaves out absolute paths and ".." by itself
        else:
            extract_archive(archive, folder)
    except (zipfile.BadZipFile, FlyteException, OSError) as error:
        raise FlyteValueException(f"{archive.name} cannot be unpacked: {error}") from error
    files = [path for path in folder.rglob("*") if path.is_file()]
    if len(files) != 1:
        raise FlyteValueException(f"{archive.name} should hold one file, the database, and holds {len(files)}")
    return files[0]
