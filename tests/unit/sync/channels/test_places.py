"""A folder that nobody trusts: where it is, what is complete in it, who takes a file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sync.channels import places
from sync.channels.places import Found, Locked, NoFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "drop" / "ut11"
    found.mkdir(parents=True)
    return found


def put(folder: Path, name: str, body: bytes = b"<x/>", *, age: float = 60) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    os.utime(path, (time.time() - age,) * 2)
    return path


def names(folder: Path) -> list[str]:
    return [each.name for each in places.look(folder)[0]]


def later() -> float:
    """When what was written just now has settled."""
    return time.time() + places.SETTLE_SECONDS + 1


@pytest.mark.gotcha(19)
@pytest.mark.parametrize(
    "told",
    [
        "",
        " ",
        "/etc",
        "../ut11",
        "ut11/../../x",
        "./.hidden",
        ".git",
        "C:\\1c",
        "нет такой",
        "file",
    ],
)
def test_a_folder_that_leads_elsewhere_is_none(folder: Path, told: str) -> None:
    (folder.parent / "file").write_text("")
    with pytest.raises(NoFolder):
        places.folder_of(folder.parent, told)


@pytest.mark.gotcha(19)
def test_a_link_on_the_way_is_no_folder(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (folder.parent / "link").symlink_to(outside)
    (folder / "inner").symlink_to(outside / "deep")
    for told in ("link", "link/deep", "ut11/inner"):
        with pytest.raises(NoFolder, match="link"):
            places.folder_of(folder.parent, told)


@pytest.mark.parametrize("told", ["ut11", " ut11/ ", "ut11\\deep", "ut11/deep"])
def test_a_folder_is_named_from_the_root(folder: Path, told: str) -> None:
    (folder / "deep").mkdir()
    found = places.folder_of(folder.parent, told)
    assert found.is_relative_to(folder.resolve())


def test_a_root_that_is_a_link_itself_is_the_operators_business(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "mount").symlink_to(folder.parent)
    assert places.folder_of(tmp_path / "mount", "ut11") == folder.resolve()


def test_a_folder_that_may_not_be_written_is_none(folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is closed to root")
    folder.chmod(0o500)
    with pytest.raises(NoFolder, match="may not"):
        places.folder_of(folder.parent, "ut11")
    folder.chmod(0o700)


def test_look_finds_files_and_leaves_what_is_not_to_be_taken(folder: Path) -> None:
    for name in (
        "import.xml",
        "import_files/ab/c.jpg",
        ".hidden.xml",
        "offers.xml.tmp",
        "offers.xml.PART",
        "~$book.xlsx",
        "import.xml.ready",
        "out/orders-1.xml",
        ".taken/x/import.xml",
        ".done/2026-11-24/import.xml",
        "deep/out/offers.xml",
    ):
        put(folder, name)
    assert names(folder) == ["deep/out/offers.xml", "import.xml", "import_files/ab/c.jpg"]


@pytest.mark.gotcha(19)
def test_links_and_special_files_are_told_apart_and_never_followed(
    folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<secret/>")
    (tmp_path / "elsewhere").mkdir()
    put(tmp_path / "elsewhere", "import.xml")
    (folder / "import.xml").symlink_to(secret)
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "offers.xml")
    found, odd = places.look(folder)
    assert found == []
    assert {path.name for path in odd} == {"import.xml", "linked", "offers.xml"}


def test_look_goes_no_deeper_than_it_must(folder: Path) -> None:
    deep = "/".join("d" * 1 for _level in range(places.DEEPEST + 2))
    put(folder, f"{deep}/import.xml")
    assert names(folder) == []


def test_look_takes_so_many_and_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST", 3)
    for number in range(5):
        put(folder, f"{number}.xml")
    assert len(names(folder)) == 3


def test_a_file_settles_when_nobody_has_touched_it_for_long(folder: Path) -> None:
    put(folder, "old.xml", age=3600)
    found, _odd = places.look(folder)
    # a copy keeps its old time of writing, the file system knows better
    assert places.settled(found, time.time()) == []
    assert [each.name for each in places.settled(found, later())] == ["old.xml"]


def test_a_file_that_grows_between_two_looks_has_not_settled(folder: Path) -> None:
    path = put(folder, "half.xml", b"<x>")
    found, _odd = places.look(folder)
    with path.open("ab") as opened:
        opened.write(b"more")
    assert places.settled(found, later()) == []
    path.unlink()
    assert places.settled(found, later()) == []


def test_a_file_called_complete_is_taken_at_once(folder: Path) -> None:
    put(folder, "import.xml", age=0)
    put(folder, "import.xml.ready", age=0)
    found, _odd = places.look(folder)
    assert [each.name for each in places.settled(found, time.time())] == ["import.xml"]
    assert places.claim(found[0], folder, ".taken/t")
    assert (folder / ".taken" / "t" / "import.xml").is_file()
    assert not (folder / "import.xml.ready").exists()


def one(folder: Path, name: str = "import.xml") -> Found:
    put(folder, name)
    [found] = places.look(folder)[0]
    return found


def test_a_file_that_vanishes_is_no_error(folder: Path) -> None:
    found = one(folder)
    found.path.unlink()
    assert not places.claim(found, folder, ".taken/t")


def test_a_file_is_claimed_once(folder: Path) -> None:
    found = one(folder, "a/import.xml")
    assert places.claim(found, folder, ".taken/1")
    assert not places.claim(found, folder, ".taken/2")
    assert (folder / ".taken" / "1" / "a" / "import.xml").is_file()


def test_a_file_written_into_in_this_moment_is_put_back(folder: Path) -> None:
    found = one(folder)
    with found.path.open("ab") as opened:
        opened.write(b"more")
    assert not places.claim(found, folder, ".taken/t")
    assert found.path.read_bytes() == b"<x/>more"


def test_a_file_that_is_held_is_locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = one(folder)

    def held(_name: str, _target: str, **_above: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(Locked):
        places.claim(found, folder, ".taken/t")
    assert found.path.exists()


def test_content_is_never_read_through_a_link_or_a_pipe(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / "link").symlink_to(secret)
    os.mkfifo(folder / "pipe")
    for name in ("link", "pipe", "gone"):
        with pytest.raises(OSError, match=r"symbolic|not a regular|No such"):
            list(places.content(folder, name))
    put(folder, "x", b"1" * 300_000)
    assert b"".join(places.content(folder, "x")) == b"1" * 300_000


def test_write_leaves_nothing_half_done(folder: Path) -> None:
    places.write(folder, "out/orders-1.xml", b"<x/>")
    assert [path.name for path in (folder / "out").iterdir()] == ["orders-1.xml"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [("ошибка".encode(), "ошибка"), ("ошибка".encode("cp1251"), "ошибка"), (b"", "")],
)
def test_text_of_a_small_file(folder: Path, raw: bytes, said: str) -> None:
    put(folder, "x.err", raw)
    assert places.text(folder, "x.err") == said
    assert places.text(folder, "none") == ""


@pytest.mark.gotcha(19)
@pytest.mark.parametrize("name", places.OURS)
def test_a_link_or_a_file_for_a_folder_of_the_portal_is_told(
    folder: Path, tmp_path: Path, name: str
) -> None:
    (folder / name).symlink_to(tmp_path)
    with pytest.raises(NoFolder, match="in the place of a folder"):
        places.folder_of(folder.parent, "ut11")
    (folder / name).unlink()
    (folder / name).write_text("")
    with pytest.raises(NoFolder, match="in the place of a folder"):
        places.folder_of(folder.parent, "ut11")


@pytest.mark.gotcha(19)
def test_nothing_is_done_through_a_link_that_was_put_on_the_way(
    folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    old = put(outside, "2020-01-01/precious.xml").parent
    put(folder, "import.xml")
    (folder / "way").symlink_to(outside)
    with pytest.raises(OSError, match="Not a directory"):
        places.move(folder, "import.xml", "way/import.xml")
    with pytest.raises(OSError, match="Not a directory"):
        places.move(folder, "way/2020-01-01/precious.xml", "stolen.xml")
    with pytest.raises(OSError, match="Not a directory"):
        places.write(folder, "way/note.txt", b"x")
    with pytest.raises(OSError, match="Not a directory"):
        places.remove(folder, "way/2020-01-01/precious.xml")
    with pytest.raises(OSError, match="leads out"):
        places.move(folder, "../../outside/2020-01-01/precious.xml", "stolen.xml")
    assert places.text(folder, "way/2020-01-01/precious.xml") == ""
    places.remove_below(folder, "way/2020-01-01")
    places.forget_days(folder, "way", "2026-01-01")
    places.remove_below(folder, "way")
    assert places.folders(folder, "way") == []
    assert places.lying(folder, "way") == []
    assert places.lying(folder, ".") == ["import.xml", "way"]
    assert [path.name for path in outside.iterdir()] == ["2020-01-01"]
    assert (old / "precious.xml").is_file()


@pytest.mark.gotcha(19)
def test_a_link_that_is_written_over_leaves_what_it_led_to(folder: Path, tmp_path: Path) -> None:
    victim = put(tmp_path, "victim", b"precious")
    for name in (".note.txt.tmp", "note.txt"):
        (folder / name).symlink_to(victim)
    places.write(folder, "note.txt", b"words")
    assert victim.read_bytes() == b"precious"
    assert (folder / "note.txt").read_bytes() == b"words"
    assert not (folder / "note.txt").is_symlink()


@pytest.mark.gotcha(19)
def test_a_file_is_not_claimed_through_a_folder_that_became_a_link(
    folder: Path, tmp_path: Path
) -> None:
    found = one(folder, "a/import.xml")
    (folder / "a").rename(folder / "b")
    foreign = put(tmp_path / "foreign", "import.xml")
    (folder / "a").symlink_to(tmp_path / "foreign")
    with pytest.raises(Locked):
        places.claim(found, folder, ".taken/t")
    assert foreign.is_file()


def test_a_name_beside_another_is_never_too_long() -> None:
    assert places.beside("a/b.xml", ".txt") == "a/b.xml.txt"
    assert places.beside("b.xml", ".txt") == "b.xml.txt"
    long = places.beside("a/" + "x" * 254, ".txt")
    assert long == "a/" + "x" * 251 + ".txt"


def test_only_old_days_are_forgotten(folder: Path) -> None:
    for name in ("2020-01-01/a.xml", "2026-11-24/b.xml", "1/c.xml"):
        put(folder / ".done", name)
    places.forget_days(folder, ".done", "2026-11-10")
    assert places.lying(folder, ".done") == ["1/c.xml", "2026-11-24/b.xml"]
