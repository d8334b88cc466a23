"""The programs that a container starts: ``pyflyte-execute``, ``pyflyte-fast-execute`` (reference: flytekit.md, section 2)."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from glidepath.compat import install
from glidepath.runtime.arguments import FastExecuteArguments, parse_execute, parse_fast_execute, parse_map_execute
from glidepath.runtime.attempt import Attempt, told
from glidepath.storage import Storage, open_storage
from glidepath.storage.archives import extract_archive

_PICKLE = ".pkl.gz"


def execute() -> None:
    """The console script ``pyflyte-execute``."""
    sys.exit(main(["pyflyte-execute", *sys.argv[1:]]))


def fast_execute() -> None:
    """The console script ``pyflyte-fast-execute``."""
    sys.exit(main(["pyflyte-fast-execute", *sys.argv[1:]]))


def map_execute() -> None:
    """The console script ``pyflyte-map-execute``."""
    sys.exit(main(["pyflyte-map-execute", *sys.argv[1:]]))


def container() -> None:
    """The program that runs a container task's command on this machine."""
    from glidepath.runtime import container_program  # few attempts are containers

    sys.exit(container_program.main(sys.argv[1:]))


def sensor() -> None:
    """The program that polls a sensor."""
    from glidepath.runtime import sensor_program  # few attempts are sensors

    _answer_flytekit()
    sys.exit(sensor_program.main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one of the programs in this process; ``argv[0]`` names it. Gives back the exit code.

    A task's failure is told in ``error.pb`` and is no failure of the program: the code is 0, unless ``FLYTE_FAIL_ON_ERROR`` is
    true. Raises SystemExit(2) for wrong arguments.
    """
    run = _PROGRAMS.get(Path(argv[0]).name)
    if run is None:
        os.execvp(argv[0], list(argv))  # noqa: S606  (another program, without a shell, as a container runs it)
    return run(argv[1:])


def warm_up() -> None:
    """Load what every attempt needs; called by a program that will fork attempts."""
    _answer_flytekit()
    open_storage()
    parse_execute(["--inputs", "", "--output-prefix", ""])  # compiles the parser's patterns
    tempfile.gettempdir()  # tries the folder out by writing a file


def _execute(argv: Sequence[str]) -> int:
    arguments = parse_execute(argv)
    _enter()
    return _told(Attempt(arguments, open_storage(), os.environ))


def _map_execute(argv: Sequence[str]) -> int:
    from glidepath.runtime.map_items import ItemAttempt  # few attempts are items

    arguments = parse_map_execute(argv)
    _enter()
    return _told(ItemAttempt(arguments, open_storage(), os.environ))


def _enter() -> None:
    """Make this process a task's: signals, the search path, ``import flytekit``."""
    with contextlib.suppress(ValueError, OSError, AttributeError):  # no such signal here, or stderr is no real file
        faulthandler.register(signal.SIGUSR1)
    if os.getcwd() not in sys.path:  # noqa: PTH109  (the search path holds texts)
        sys.path.append(os.getcwd())  # noqa: PTH109
    _answer_flytekit()


def _told(attempt: Attempt) -> int:
    """Run an attempt and give back the exit code."""
    document = attempt.run()
    if document is None:
        return 0
    print(told(document), file=sys.stderr)  # noqa: T201
    return 1 if os.environ.get("FLYTE_FAIL_ON_ERROR", "").lower() == "true" else 0


def _fast_execute(argv: Sequence[str]) -> int:
    arguments = parse_fast_execute(argv)
    folder = Path(arguments.dest_dir).absolute()
    if arguments.additional_distribution:
        _fetch(arguments.additional_distribution, folder, open_storage())
    sys.path.insert(0, str(folder))
    # For the processes that the task starts.
    os.environ["PYTHONPATH"] = os.pathsep.join(part for part in (str(folder), os.environ.get("PYTHONPATH", "")) if part)
    return main(_with_code(arguments))


def _fetch(distribution: str, folder: Path, storage: Storage) -> None:
    """Unpack the archive into the folder; pickled entities are kept as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    name = distribution.rsplit("/", 1)[-1]
    if name.endswith(_PICKLE):
        storage.download(distribution, folder / name)
        return
    with tempfile.TemporaryDirectory(prefix="flyte-") as draft:
        archive = Path(draft) / name
        storage.download(distribution, archive)
        extract_archive(archive, folder)


def _with_code(arguments: FastExecuteArguments) -> list[str]:
    """The inner command, told where its code came from, as stock flytekit tells it."""
    command = arguments.command
    if "--resolver" not in command or not arguments.additional_distribution:
        return command
    at = command.index("--resolver")
    told_code = ["--dynamic-addl-distro", arguments.additional_distribution, "--dynamic-dest-dir", arguments.dest_dir]
    return [*command[:at], *told_code, *command[at:]]


def _answer_flytekit() -> None:
    """Let a user's ``import flytekit`` find Glidepath: this program runs Glidepath's tasks, and no others."""
    if "flytekit" not in sys.modules:
        install()


_PROGRAMS = {"pyflyte-execute": _execute, "pyflyte-fast-execute": _fast_execute, "pyflyte-map-execute": _map_execute}
