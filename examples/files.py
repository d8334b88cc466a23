"""Files and directories between tasks: a task gets a path, the platform moves the bytes.

pyflyte run examples/files.py words_wf --text examples/files.py
pyflyte run --remote --wait examples/files.py words_wf --text examples/files.py
"""

from pathlib import Path

from glidepath import FlyteDirectory, FlyteFile, current_context, task, workflow


@task
def cut(text: FlyteFile, lines: int) -> FlyteDirectory:
    """A folder of parts with ``lines`` lines each."""
    content = Path(text.download()).read_text().splitlines(keepends=True)
    folder = Path(current_context().working_directory) / "parts"
    folder.mkdir()
    for start in range(0, len(content), lines):
        (folder / f"{start:06}.txt").write_text("".join(content[start : start + lines]))
    return FlyteDirectory(str(folder))


@task
def count(parts: FlyteDirectory) -> dict[str, int]:
    """Words in each part."""
    return {path.name: len(path.read_text().split()) for path in sorted(Path(parts.download()).iterdir())}


@task
def table(counts: dict[str, int]) -> FlyteFile:
    path = Path(current_context().working_directory) / "words.csv"
    path.write_text("part,words\n" + "".join(f"{name},{n}\n" for name, n in sorted(counts.items())))
    return FlyteFile(str(path))


@workflow
def words_wf(text: FlyteFile, lines: int = 20) -> tuple[dict[str, int], FlyteFile]:
    counts = count(parts=cut(text=text, lines=lines))
    return counts, table(counts=counts)
