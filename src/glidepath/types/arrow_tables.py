"""pyarrow tables as parquet or CSV. Loaded only when a table type is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.csv
import pyarrow.parquet

from glidepath.types.frame_errors import frame_errors
from glidepath.types.registry import register
from glidepath.types.structured_dataset import CSV, PARQUET, FrameTransformer, data_files


class ArrowTransformer(FrameTransformer):
    """``pyarrow.Table``."""

    formats = (PARQUET, CSV)

    def write(self, frame: Any, path: Path, file_format: str) -> None:
        with frame_errors(path, file_format):
            if file_format == CSV:
                pyarrow.csv.write_csv(frame, path)
            else:
                pyarrow.parquet.write_table(frame, path)

    def read(self, path: Path, file_format: str, columns: list[str] | None) -> Any:
        with frame_errors(path, file_format):
            if file_format == PARQUET:
                return pyarrow.parquet.read_table(path, columns=columns)
            table = pyarrow.concat_tables([pyarrow.csv.read_csv(file) for file in data_files(path)])
            return table.select(columns) if columns else table


register(ArrowTransformer(), pyarrow.Table)
