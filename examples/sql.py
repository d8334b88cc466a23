"""SQL: a query on a SQLite file, its inputs filled in, a data frame as output.

pyflyte run examples/sql.py readings_wf --above 20
"""

import sqlite3
import tempfile
from pathlib import Path

import pandas as pd

from glidepath import kwtypes, task, workflow
from glidepath.extras.sqlite import SQLite3Config, SQLite3Task

DATABASE = str(Path(tempfile.gettempdir()) / "glidepath-example-readings.db")
READINGS = [("attic", 27.5), ("cellar", 14.0), ("kitchen", 22.5), ("attic", 29.0), ("kitchen", 21.0)]


@task
def record() -> int:
    """Fills the database anew; tells how many rows there are."""
    with sqlite3.connect(DATABASE) as connection:
        connection.execute("DROP TABLE IF EXISTS readings")
        connection.execute("CREATE TABLE readings (room TEXT, celsius REAL)")
        connection.executemany("INSERT INTO readings VALUES (?, ?)", READINGS)
    return len(READINGS)


warmest = SQLite3Task(
    name="examples.sql.warmest",
    query_template="""
        SELECT room, MAX(celsius) AS celsius FROM readings
        WHERE celsius > {{ .inputs.above }} AND {{ .inputs.rows }} > 0 GROUP BY room ORDER BY room
    """,
    inputs=kwtypes(above=float, rows=int),
    output_schema_type=None,
    task_config=SQLite3Config(uri=DATABASE),
)


@task
def describe(frame: pd.DataFrame) -> list[str]:
    return [f"{row.room}: {row.celsius}" for row in frame.itertuples()]


@workflow
def readings_wf(above: float = 20.0) -> list[str]:
    return describe(frame=warmest(above=above, rows=record()))
