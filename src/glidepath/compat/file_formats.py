"""flytekit's names for files and folders of known formats."""

from __future__ import annotations

from typing import Any

from glidepath.types import FlyteDirectory, FlyteFile


def _of(extension: str) -> Any:
    return FlyteFile.__class_getitem__(extension)


CSVFile = _of("csv")
HDF5EncodedFile = _of("hdf5")
HTMLPage = _of("html")
JPEGImageFile = _of("jpeg")
JSONLFile = _of("jsonl")
JoblibSerializedFile = _of("joblib")
ONNXFile = _of("onnx")
PDFFile = _of("pdf")
PNGImageFile = _of("png")
PythonNotebook = _of("ipynb")
PythonPickledFile = _of("python_pickle")
SVGImageFile = _of("svg")
TFRecordFile = _of("tfrecord")

TFRecordsDirectory: Any = FlyteDirectory.__class_getitem__("tfrecords_dir")
TensorboardLogs: Any = FlyteDirectory.__class_getitem__("tensorboard")
