"""Finding and checking the ROM: every kind of wrong file gets its sentence."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

import core.game.rom
from core.errors import InputError
from core.game.rom import EUROPE, ROM_SHA1, WORLD, Revision, Rom, load_rom


def test_the_packaged_rom(rom: Rom) -> None:
    assert hashlib.sha1(rom.data).hexdigest() == rom.sha1 == ROM_SHA1
    assert rom.revision is EUROPE and hashlib.sha1(rom.data[16:]).hexdigest() == EUROPE.sha1
    assert rom.path is not None and rom.path.read_bytes() == rom.data


def test_file_folder_and_zip_are_all_found(rom: Rom, tmp_path: Path) -> None:
    folder = tmp_path / "games" / "nes"
    folder.mkdir(parents=True)
    (folder / "mario.nes").write_bytes(rom.data)
    (folder / "another.nes").write_bytes(b"NES\x1a" + bytes(100))
    archive = tmp_path / "mario.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.txt", "a game")
        file.writestr("roms/Mario (World).NES", rom.data)
    for source in (folder / "mario.nes", str(folder / "mario.nes"), tmp_path / "games"):
        found = load_rom(source)
        assert found.data == rom.data and found.path == (folder / "mario.nes").resolve()
    assert load_rom(archive) == Rom(rom.data, None)


@pytest.mark.parametrize(
    ("header", "behind"),
    [
        (b"", b""),
        (b"NES\x1a\x02\x01\x01DiskDude!", b""),
        (b"NES\x1a\x02\x01\x01\x00aster1.2", b""),
        (bytes.fromhex("4e45531a 02010108 00000700 01000001"), b""),  # NES 2.0, with the flag of a European console
        (bytes.fromhex("4e45531a 00000000 00000000 00000000"), b""),
        (b"NES\x1a\x02\x01\x05" + bytes(9 + 512), b""),
        (b"NES\x1a\x02\x01\x01" + bytes(9), b"SUPER MARIO BROS."),
    ],
    ids=["none", "DiskDude", "tool", "NES 2.0", "no sizes", "trainer", "title behind"],
)
def test_the_game_is_known_by_its_bytes_whatever_the_header(
    rom: Rom, tmp_path: Path, header: bytes, behind: bytes
) -> None:
    path = tmp_path / "dump"
    path.write_bytes(header + rom.data[16:] + behind)
    assert load_rom(path) == Rom(rom.data, path.resolve())


@pytest.mark.parametrize("name", ["SMB.NES", "smb.bin", "smb"])
def test_the_name_does_not_matter(rom: Rom, tmp_path: Path, name: str) -> None:
    (tmp_path / "games").mkdir()
    (tmp_path / "games" / "readme.txt").write_text("games")
    path = tmp_path / "games" / name
    path.write_bytes(rom.data[16:])
    with zipfile.ZipFile(tmp_path / "games.zip", "w") as file:
        file.writestr("readme.txt", "a game")
        file.write(path, name)
    for source in (path, path.parent, tmp_path / "games.zip"):
        assert load_rom(source).data == rom.data


def test_another_revision_is_named(rom: Rom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other one is at hand, so an altered copy stands for it."""
    data = bytearray(rom.data)
    data[-1] ^= 1
    other = Revision(WORLD.name, hashlib.sha1(data[16:]).hexdigest(), is_tested=False)
    monkeypatch.setattr(core.game.rom, "REVISIONS", (EUROPE, other))
    (tmp_path / "world.nes").write_bytes(data)
    loaded = load_rom(tmp_path / "world.nes")
    assert loaded.revision is other and loaded.data == data and loaded.sha1 == hashlib.sha1(data).hexdigest()


def test_a_home_folder_is_understood(rom: Rom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mario.nes").write_bytes(rom.data)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load_rom("~/mario.nes").data == rom.data
    with pytest.raises(InputError, match="--rom: ~nobody-of-that-name/mario.nes cannot be read: "):
        load_rom("~nobody-of-that-name/mario.nes")


def _assert_names_both_sums(error: BaseException, data: bytes) -> None:
    """That of the game in the file, and those of the revisions that can be played, by name."""
    told = str(error)
    assert f"after the header its SHA-1 is {hashlib.sha1(data).hexdigest()};" in told
    assert all(f"{revision.sha1} of {revision.name}" in told for revision in (EUROPE, WORLD))


def test_truncated(rom: Rom, tmp_path: Path) -> None:
    file = tmp_path / "half.nes"
    file.write_bytes(rom.data[:20_000])
    with pytest.raises(InputError, match=r"half\.nes is 20,000 bytes long instead of 40,976") as caught:
        load_rom(file)
    _assert_names_both_sums(caught.value, rom.data[16:20_000])


def test_a_larger_game(rom: Rom, tmp_path: Path) -> None:
    game = rom.data[16:-1] + bytes(40_961)
    file = tmp_path / "two-games.nes"
    file.write_bytes(rom.data[:16] + game)
    with pytest.raises(InputError, match=r"two-games\.nes is 81,936 bytes long instead of 40,976") as caught:
        load_rom(file)
    _assert_names_both_sums(caught.value, game)


def test_another_game(rom: Rom, tmp_path: Path) -> None:
    data = bytearray(rom.data)
    data[5000] ^= 1
    file = tmp_path / "other.nes"
    file.write_bytes(data)
    with pytest.raises(InputError, match="is another game") as caught:
        load_rom(file)
    _assert_names_both_sums(caught.value, bytes(data[16:]))


def test_no_ines_header(rom: Rom, tmp_path: Path) -> None:
    data = b"XXXX" + rom.data[4:]
    file = tmp_path / "headless.nes"
    file.write_bytes(data)
    with pytest.raises(InputError, match="does not begin with an iNES header") as caught:
        load_rom(file)
    _assert_names_both_sums(caught.value, data)


def test_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "empty.nes"
    file.write_bytes(b"")
    with pytest.raises(InputError, match=r"empty\.nes is 0 bytes long"):
        load_rom(file)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--rom: .*nowhere\.nes does not exist; give an \.nes file"):
        load_rom(tmp_path / "nowhere.nes")


def test_folder_and_zip_without_a_rom(tmp_path: Path) -> None:
    archive = tmp_path / "texts.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.txt", "no game")
    (tmp_path / "empty").mkdir()
    for source in (archive, tmp_path / "empty"):
        with pytest.raises(InputError, match=rf"--rom: .*{source.name} holds no \.nes file"):
            load_rom(source)


def test_a_zip_that_is_broken_inside(rom: Rom, tmp_path: Path) -> None:
    archive = tmp_path / "broken.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        file.writestr("mario.nes", rom.data)
    data = bytearray(archive.read_bytes())
    data[3000] ^= 0xFF  # within the stored file, so that its checksum is wrong
    archive.write_bytes(data)
    with pytest.raises(InputError, match=r"--rom: .*broken\.zip cannot be read: Bad CRC"):
        load_rom(archive)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mario.nes", bytes(1 << 24))
    with pytest.raises(InputError, match=r"holds no \.nes file"):
        load_rom(archive)


@pytest.mark.parametrize("position", [3000, -30], ids=["data", "directory"])
def test_a_zip_that_is_broken_anywhere(rom: Rom, tmp_path: Path, position: int) -> None:
    archive = tmp_path / "broken.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mario.nes", rom.data)
    data = bytearray(archive.read_bytes())
    data[position : position + 8] = bytes(8)
    archive.write_bytes(data)
    with pytest.raises(InputError, match=r"--rom: .*broken\.zip"):
        load_rom(archive)


@pytest.mark.parametrize("inside_folder", [False, True])
def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside_folder: bool) -> None:
    """The tests may run as root, whom permissions do not stop, so the system's refusal is played to the program."""
    (tmp_path / "locked.nes").write_bytes(b"NES")

    def refuse(path: Path, *args: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    source = tmp_path if inside_folder else tmp_path / "locked.nes"
    with pytest.raises(InputError, match=rf"--rom: .*{source.name} cannot be read: Permission denied"):
        load_rom(source)


def test_tiles_of_known_shape(rom: Rom) -> None:
    assert rom.tiles.shape == (512, 8, 8) and rom.tiles.max() == 3
    assert (rom.tiles[0x24 + 256] == 0).all(), "tile $124 is the blank one of the map"


def test_reading_the_program(rom: Rom) -> None:
    assert (rom.read(0x8000, 2) == [0x78, 0xD8]).all(), "the program begins with SEI, CLD"
    assert len(rom.read(0xFFFA, 6)) == 6
    for address, count in ((0x7FFF, 1), (0xFFFF, 2)):
        with pytest.raises(ValueError, match="not in the program ROM"):
            rom.read(address, count)


def test_finding_tables_by_what_they_hold(rom: Rom) -> None:
    assert rom.find(bytes.fromhex("d0e4ed301c13"), "the speeds") == 0xB440
    with pytest.raises(
        InputError, match=r"\(Rev A\) cannot be read: it holds the speeds 0 times, not once; please report"
    ):
        rom.find(b"no such bytes", "the speeds")
