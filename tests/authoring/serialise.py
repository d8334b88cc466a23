"""Run as a script: the specs of a package under ``sources/``, its ``flytekit`` answered by Glidepath, one file for each.

    python serialise.py <folder of sources> <package> <output folder> [fast]

Files are named ``<position>_<resource type>_<name>.pb``.
"""

import importlib
import pkgutil
import sys
import warnings
from pathlib import Path

import glidepath.compat
from glidepath.authoring import Entity, FastSettings, ImageConfig, SerializationSettings, specs_of

IMAGES = ImageConfig.of("img:v1", {"trainer": "repo/trainer:v2"})
ENVIRONMENT = {"A": "from settings", "Z": "2"}
DESTINATION = "/root"


def entities_of(package: str) -> list[Entity]:
    """The entities of all modules of a package, in the order in which stock's ``pyflyte package`` finds them."""
    names = sorted(info.name for info in pkgutil.iter_modules(importlib.import_module(package).__path__))
    modules = [importlib.import_module(f"{package}.{name}") for name in names]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Entity)]


def main(sources: str, package: str, output: str, mode: str = "") -> None:
    warnings.simplefilter("ignore")
    sys.path.insert(0, sources)
    glidepath.compat.install()
    fast = FastSettings(destination=DESTINATION) if mode == "fast" else None
    settings = SerializationSettings(
        IMAGES, env=ENVIRONMENT if fast else {}, fast=fast, source_root=str(Path(sources).resolve())
    )
    for position, spec in enumerate(specs_of(entities_of(package), settings)):
        path = Path(output) / f"{position:03}_{spec.id.resource_type}_{spec.id.name}.pb"
        path.write_bytes(spec.to_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
