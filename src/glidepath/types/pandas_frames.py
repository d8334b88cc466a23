"""pandas data frames as parquet or CSV. Loaded only when a frame type is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas

from glidepath.types.frame_errors import frame_errors
from glidepath.types.registry import register
from glidepath.types.structured_dataset import CSV, PARQUET, FrameTransformer, data_files


class PandasTransformer(FrameTransformer):
    """``pandas.DataFrame``. In CSV the index is not kept; in parquet it is."""

    formats = (PARQUET, CSV)

    def write(self, frame: Any, path: Path, file_format: str) -> None:
        with frame_errors(path, file_format):
            if file_format == CSV:
                frame.to_csv(path, index=False)
            else:
                frame.to_parquet(path)

    def read(self, path: Path, file_format: str, columns: list[str] | None) -> Any:
        with frame_errors(path, file_format):
            if file_format == PARQUET:
                return pandas.read_parquet(path, columns=columns)
            return pandas.concat([pandas.read_csv(file, usecols=columns) for file in data_files(path)], ignore_index=True)


register(PandasTransformer(), pandas.DataFrame)
