"""Starts a warm parent. Loads this folder as a package under a private name, so that nothing of it shadows a user's module."""

import sys

_FOLDER = sys.path.pop(0)

import importlib  # noqa: E402  (only now is the path free of this folder)
import importlib.util  # noqa: E402

_NAME = "_glidepath_warm"


def _main() -> None:
    spec = importlib.util.spec_from_file_location(_NAME, f"{_FOLDER}/__init__.py", submodule_search_locations=[_FOLDER])
    if spec is None or spec.loader is None:
        raise SystemExit(f"{_FOLDER} is not the folder of the warm parent")
    package = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(f"{_NAME}.parent").main(int(sys.argv[1]))


_main()
