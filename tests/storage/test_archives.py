import io
import tarfile

import pytest

from glidepath.errors import FlyteDataNotFoundException, FlyteValueException
from glidepath.storage.archives import ArchiveLimits, extract_archive


def archive_of(path, members, mode="w:gz"):
    """A tar with (TarInfo or name, content) members."""
    with tarfile.open(path, mode) as tar:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(content) if info.isfile() else 0
            tar.addfile(info, io.BytesIO(content))
    return path


def special(name, kind, linkname=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, linkname
    return info


def test_files_folders_and_inner_links_come_out(tmp_path):
    members = [
        (special("./", tarfile.DIRTYPE), b""),
        ("a.py", b"a"),
        ("pkg/b.py", b"b"),
        (special("pkg/link.py", tarfile.SYMTYPE, "../a.py"), b""),
        (special("hard.py", tarfile.LNKTYPE, "a.py"), b""),
    ]
    extract_archive(archive_of(tmp_path / "x.tgz", members), tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix(): path.read_text() for path in (tmp_path / "out").rglob("*.py")}
    assert found == {"a.py": "a", "pkg/b.py": "b", "pkg/link.py": "a", "hard.py": "a"}


@pytest.mark.parametrize(
    "members",
    [
        [("../evil", b"x")],
        [("a/../../evil", b"x")],
        [("/evil", b"x")],
        [("C:\\evil", b"x")],
        [(special("link", tarfile.SYMTYPE, "../outside"), b"")],
        [(special("link", tarfile.SYMTYPE, "/etc/passwd"), b"")],
        [(special("link", tarfile.SYMTYPE, ".."), b""), ("link/evil", b"x")],
        [(special("hard", tarfile.LNKTYPE, "../outside"), b"")],
        [(special("hard", tarfile.LNKTYPE, "/etc/passwd"), b"")],
        [(special("device", tarfile.CHRTYPE), b"")],
        [(special("pipe", tarfile.FIFOTYPE), b"")],
    ],
    ids=[
        "up",
        "up-inside",
        "absolute",
        "drive",
        "link-up",
        "link-absolute",
        "through-link",
        "hard-up",
        "hard-absolute",
        "device",
        "pipe",
    ],
)
def test_hostile_members_are_refused_and_nothing_leaves_the_folder(tmp_path, members):
    (tmp_path / "outside").write_text("mine")
    archive = archive_of(tmp_path / "x.tgz", members)
    with pytest.raises(FlyteValueException, match="the archive is refused"):
        extract_archive(archive, tmp_path / "out")
    assert (tmp_path / "outside").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "outside", "x.tgz"]


def test_set_user_id_bits_are_dropped(tmp_path):
    info = tarfile.TarInfo("run.sh")
    info.mode = 0o6777
    extract_archive(archive_of(tmp_path / "x.tgz", [(info, b"#!")]), tmp_path / "out")
    assert (tmp_path / "out" / "run.sh").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (ArchiveLimits(total_bytes=1000), "unpacks to more than 1000 bytes"),
        (ArchiveLimits(members=1), "more than 1 members"),
        (ArchiveLimits(ratio=10, ratio_floor=10_000), "more than 10 times its size"),
    ],
)
def test_bombs_are_stopped(tmp_path, limits, said):
    archive = archive_of(tmp_path / "x.tgz", [("a", b"\0" * 100_000), ("b", b"")])
    with pytest.raises(FlyteValueException, match=said):
        extract_archive(archive, tmp_path / "out", limits)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-20], lambda data: b"no archive", lambda data: data[:40] + b"\xff" * 9 + data[49:]]
)
def test_broken_archives_are_told(tmp_path, damage):
    archive = archive_of(tmp_path / "x.tgz", [("a", bytes(range(256)) * 50)])
    archive.write_bytes(damage(archive.read_bytes()))
    with pytest.raises(FlyteValueException, match="the archive is corrupt"):
        extract_archive(archive, tmp_path / "out")


def test_a_missing_archive_is_not_found(tmp_path):
    with pytest.raises(FlyteDataNotFoundException):
        extract_archive(tmp_path / "absent.tgz", tmp_path / "out")
