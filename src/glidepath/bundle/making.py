"""From loaded sources to a bundle with its version: the one path of run, register, package and serialize."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glidepath.authoring.entity import Entity
from glidepath.authoring.settings import PACKAGE_PLACEHOLDER, FastSettings, SerializationSettings
from glidepath.authoring.specs import specs_of
from glidepath.bundle.archive import CodeArchive, content_digest, write_archive
from glidepath.bundle.entities import entities_of
from glidepath.bundle.files import CopyFiles, select_files
from glidepath.bundle.loading import LoadedModule, LoadedSources
from glidepath.bundle.report import BundleReport, check_size, report_of
from glidepath.bundle.version import compute_version


@dataclass(frozen=True)
class BundleOptions:
    """How code is packed."""

    copy: CopyFiles = CopyFiles.AUTO
    deref_symlinks: bool = False
    allow_large: bool = False
    """Pack more than 200 MiB."""
    without: Collection[Path] = ()
    """Absolute paths of files to leave out."""


@dataclass(frozen=True)
class Bundle:
    """Everything that a registration is made from."""

    root: Path
    entities: tuple[Entity[..., Any], ...]
    digest: str
    """Of the code; empty when none is copied."""
    archive: CodeArchive | None
    """``None`` when no code is copied, or when it was only to be looked at."""
    report: BundleReport | None


def make_bundle(sources: LoadedSources | LoadedModule, options: BundleOptions, folder: Path | None) -> Bundle:
    """Find the entities of loaded sources and pack their code.

    Args:
        sources: from :mod:`glidepath.bundle.loading`.
        options: what goes into the archive.
        folder: where the archive is written; ``None`` for a dry run, which computes its digest only.

    Raises:
        FlyteValueException: the bundle is empty or too large, or a file cannot be packed.
    """
    modules = sources.modules if isinstance(sources, LoadedSources) else (sources,)
    entities = tuple(entities_of(modules))
    if options.copy is CopyFiles.NONE:
        return Bundle(sources.root, entities, "", None, None)
    selection = select_files(sources.root, options.copy, deref_symlinks=options.deref_symlinks, without=options.without)
    report = report_of(selection)
    check_size(report, allow_large=options.allow_large)
    if folder is None:
        return Bundle(sources.root, entities, content_digest(selection), None, report)
    archive = write_archive(selection, folder)
    return Bundle(sources.root, entities, archive.digest, archive, report)


def version_of(bundle: Bundle, settings: SerializationSettings, extra: Mapping[str, str] | None = None) -> str:
    """The version of a bundle under settings: the same whether or not the code was uploaded, and wherever to.

    Args:
        bundle: from :func:`make_bundle`.
        settings: as for the registration; its version and the archive's URI do not count.
        extra: what else decides what runs, by name (service account, raw output prefix, …).
    """
    fast = None if settings.fast is None else FastSettings(PACKAGE_PLACEHOLDER, settings.fast.destination)
    blank = replace(settings, version="", fast=fast)
    specs = specs_of(bundle.entities, blank)
    return compute_version(bundle.digest, specs, settings.image_config, extra)
