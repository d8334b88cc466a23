"""Names of flytekit for files of common formats: each is a FlyteFile of that extension."""

from __future__ import annotations

from typing import Any

from glidepath.types import FlyteFile


def _of(extension: str) -> Any:
    return FlyteFile.__class_getitem__(extension)


CSVFile = _of("csv")
HDF5EncodedFile = _of("hdf5")
HTMLPage = _of("html")
JPEGImageFile = _of("jpeg")
JoblibSerializedFile = _of("joblib")
ONNXFile = _of("onnx")
PDFFile = _of("pdf")
PNGImageFile = _of("png")
PythonNotebook = _of("ipynb")
PythonPickledFile = _of("python_pickle")
SVGImageFile = _of("svg")
