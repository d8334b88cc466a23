import sqlite3
import zipfile

import pandas
import pytest

from glidepath import SQLTask, StructuredDataset, kwtypes, task, workflow
from glidepath.authoring import SerializationSettings
from glidepath.authoring.resolver import load_task
from glidepath.errors import FlyteAssertion, FlyteValueException
from glidepath.extras.sqlite import QueryFailed, SQLite3Config, SQLite3Task
from glidepath.types.schema import FlyteSchema


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "x.db"
    connection = sqlite3.connect(path)
    connection.execute("create table t(id int, name text)")
    connection.executemany("insert into t values(?, ?)", [(1, "a"), (2, "b"), (3, "c")])
    connection.commit()
    connection.close()
    return path


def query(uri, template="select * from t where id < {{.inputs.limit}}", **options):
    return SQLite3Task("q", template, inputs=kwtypes(limit=int), task_config=SQLite3Config(str(uri)), **options)


def test_result_is_a_table(database):
    frame = query(database)(limit=3).open().all()
    assert frame.to_dict("list") == {"id": [1, 2], "name": ["a", "b"]}


def test_result_flows_on_as_a_data_frame(database):
    select = query(database)

    @task
    def count(frame: pandas.DataFrame) -> int:
        return len(frame)

    @workflow
    def wf(limit: int) -> int:
        return count(frame=select(limit=limit))

    assert wf(limit=4) == 3


def test_result_is_the_type_that_is_asked_for(database):
    assert query(database, output_schema_type=StructuredDataset)(limit=2).open(pandas.DataFrame).all()["name"].tolist() == ["a"]
    columns = FlyteSchema[kwtypes(id=int, name=str)]
    assert query(database, output_schema_type=columns)(limit=2).open().all()["id"].tolist() == [1]


def test_archive_is_unpacked(database, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.write(database, "x.db")
    select = SQLite3Task("q", "select count(*) n from t", task_config=SQLite3Config(str(tmp_path / "x.zip"), compressed=True))
    assert select().open().all()["n"].tolist() == [3]


def test_wrong_query_tells_sqlites_words(database):
    with pytest.raises(QueryFailed, match="no such table: none_such"):
        SQLite3Task("q", "select * from none_such", task_config=SQLite3Config(str(database)))()


def test_missing_database_is_told(tmp_path):
    with pytest.raises(FlyteValueException, match="there is no database"):
        query(tmp_path / "none.db")(limit=1)
    with pytest.raises(FlyteValueException, match="has no database"):
        SQLite3Task("q", "select 1")


def test_task_is_found_again_by_its_template_alone(database, tmp_path):
    template = query(database).template(SerializationSettings())
    (tmp_path / "task.pb").write_bytes(template.SerializeToString())
    resolver = "glidepath.authoring.shim_tasks.default_task_template_resolver"
    found = load_task(resolver, [str(tmp_path / "task.pb"), "glidepath.extras.sqlite.SQLite3TaskExecutor"])
    assert found(limit=2).open().all()["name"].tolist() == ["a"]
    arguments = template.container.args
    assert arguments[-2:] == ["{{.taskTemplatePath}}", "flytekit.extras.sqlite3.task.SQLite3TaskExecutor"]


def test_queries_are_filled_in():
    statement = SQLTask("s", "  select\n {{ .Inputs.a }},\t{{inputs.b}} ", inputs=kwtypes(a=int, b=str))
    assert statement.query_template == "select {{ .Inputs.a }}, {{inputs.b}}"
    assert statement.get_query(a=1, b="x") == "select 1, x"
    with pytest.raises(FlyteValueException, match="no input 'b'"):
        statement.get_query(a=1)
    with pytest.raises(FlyteValueException, match="does not use its inputs c"):
        statement.get_query(a=1, b="x", c=2)


def test_statement_without_an_executor_does_not_run_here():
    with pytest.raises(FlyteAssertion, match="type hive2, which has no code to run"):
        SQLTask("s", "select 1", task_type="hive2")()
