"""The catalogue against the game's own tables, and its errors."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import InputError
from core.game.rom import Rom
from core.segmentation.exact.class_tables import METATILE_CLASSES
from core.segmentation.exact.segmenter import metatile_tiles
from core.segmentation.sprites.catalogue import SPRITES_FOLDER, load_catalogue

_ENEMY_GRAPHICS, _ENEMY_ROWS = 0xE73E, 258  # EnemyGraphicsTable
_PLAYER_GRAPHICS, _PLAYER_ROWS = 0xEE17, 208  # PlayerGraphicsTable
_BLANK = 0xFC


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue that a test may spoil."""
    return Path(shutil.copytree(SPRITES_FOLDER, tmp_path / "sprites"))


def test_blocks_are_those_of_the_game(rom: Rom) -> None:
    for metatile in load_catalogue().metatiles:
        upper_left, lower_left, upper_right, lower_right = metatile_tiles(rom, metatile.id)
        assert metatile.tiles == (upper_left, upper_right, lower_left, lower_right), metatile.name
        assert metatile.class_id == METATILE_CLASSES[metatile.id], metatile.name


def test_every_sprite_tile_of_the_game_is_in_the_catalogue(rom: Rom) -> None:
    known = {part.tile for entry in load_catalogue().objects for part in entry.parts}
    drawn = set(rom.read(_ENEMY_GRAPHICS, _ENEMY_ROWS).tolist()) | set(
        rom.read(_PLAYER_GRAPHICS, _PLAYER_ROWS).tolist()
    )
    assert drawn - known == {_BLANK}
    assert set(range(256)) - known == {_BLANK, 0xFF}  # 0xFF is the coin beside the score, which never moves


def test_no_tile_belongs_to_two_classes() -> None:
    owners: dict[int, set[int]] = {}
    for entry in load_catalogue().objects:
        for part in entry.parts:
            owners.setdefault(part.tile, set()).add(entry.class_id)
    assert {tile: classes for tile, classes in owners.items() if len(classes) > 1} == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "mario.toml",
            '"00 01"',
            '"00 1g"',
            r"mario\.toml, objects entry 1 \(big walking 1\): tile '1g' is not two hex",
        ),
        ("mario.toml", 'class = "mario"', 'class = "luigi"', r"mario\.toml, objects entry 1 .*unknown class 'luigi'"),
        ("enemies.toml", 'palettes = ["3"]', 'palettes = ["4"]', r"enemies\.toml, objects entry 1 .*palette '4'"),
        ("enemies.toml", 'mirror = ["h", "v", "hv"]', 'mirror = ["x"]', r"enemies\.toml, .*\(goomba\): mirror 'x'"),
        ("items.toml", 'rows = ["5b 5b 5b"]', 'rows = ["--"]', r"items\.toml, .*\(lift, 3 wide\): rows hold no tile"),
        ("metatiles.toml", '"24 24 / 24 24"', '"24 24 24"', r"metatiles\.toml, metatiles entry 1 \(blank\): tiles"),
        ("metatiles.toml", 'id = "00", ', "", r"metatiles\.toml, metatiles entry 1 \(blank\) lacks id"),
        (
            "metatiles.toml",
            '"mushroom"',
            '"toadstool"',
            r"metatiles\.toml, .*area 'toadstool' is not in",
        ),
        (
            "palettes.toml",
            '"29 1a 0f"',
            '"29 1a 4f"',
            r"palettes\.toml, areas entry 2 .*colour '4f' is not",
        ),
        ("palettes.toml", "blink =", "wink =", r"palettes\.toml: blink is missing"),
        ("items.toml", "objects = [", "objects = ", r"items\.toml is not valid TOML"),
        ("items.toml", "objects = [", "things = [", r"items\.toml: the list 'objects' is missing"),
    ],
)
def test_a_wrong_entry_is_named(folder: Path, file: str, old: str, new: str, message: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        load_catalogue(folder)


def test_missing_files_are_named(folder: Path) -> None:
    (folder / "palettes.toml").unlink()
    with pytest.raises(InputError, match=r"palettes\.toml cannot be read"):
        load_catalogue(folder)


def test_a_catalogue_without_objects_is_refused(folder: Path) -> None:
    for name in ("mario.toml", "enemies.toml", "items.toml"):
        (folder / name).unlink()
    with pytest.raises(InputError, match="no file of objects"):
        load_catalogue(folder)
