"""The catalogue of the game's objects (``sprites/*.toml``), read and checked.

It names CHR tiles, their arrangement and their colours; no picture is in it. ``map_art`` and ``object_art`` draw the
templates from the ROM.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from core.classes import CLASS_NAMES, class_id
from core.errors import InputError
from core.files import is_leaving

SPRITES_FOLDER = Path(__file__).resolve().parents[3] / "sprites"
METATILES_FILE = "metatiles.toml"
PALETTES_FILE = "palettes.toml"
MAP_TILES = 0x100  # the map uses the second half of the 512 CHR tiles

Colours = tuple[int, int, int]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Area:
    """The colours of one kind of area.

    Attributes:
        name: as the catalogue's ``areas`` fields name it.
        backdrops: colours that the map's index 0 can take, the usual one first.
        map: three colours for each of the four map palettes.
        sprites: three colours for each of the sprite palettes 1 to 3.
    """

    name: str
    backdrops: tuple[int, ...]
    map: tuple[Colours, ...]
    sprites: tuple[Colours, ...]


@dataclass(frozen=True, slots=True)
class Palettes:
    """All colours that the game draws with, as console colours 0 to 63."""

    areas: tuple[Area, ...]
    blink: tuple[int, ...]
    mario: tuple[Colours, ...]
    bowser: Colours


@dataclass(frozen=True, slots=True)
class Metatile:
    """A block of the map.

    Attributes:
        id: the game's own number, 0 to 255.
        name: for people.
        class_id: its class.
        palette: map palette 0 to 3.
        tiles: CHR tiles (0 to 255 of the map's half): upper left, upper right, lower left, lower right.
        areas: names of the areas in which this picture is this block.
    """

    id: int
    name: str
    class_id: int
    palette: int
    tiles: tuple[int, int, int, int]
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One 8 x 8 sprite of an object.

    Attributes:
        tile: CHR tile 0 to 255 of the sprites' half.
        x, y: pixels right of and below the object's upper left corner.
        flip_h, flip_v: mirrored left-right, upside down.
    """

    tile: int
    x: int
    y: int
    flip_h: bool
    flip_v: bool


@dataclass(frozen=True, slots=True)
class SpriteObject:
    """An arrangement of sprites that move together in one palette.

    Attributes:
        name: for people.
        class_id: its class.
        palettes: which colours it is drawn in: "mario" (all of Mario's), "1", "2", "3", "bowser".
        parts: its sprites.
    """

    name: str
    class_id: int
    palettes: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that the sprite matcher knows of the game."""

    palettes: Palettes
    metatiles: tuple[Metatile, ...]
    objects: tuple[SpriteObject, ...]


def load_catalogue(folder: Path = SPRITES_FOLDER) -> Catalogue:
    """Read the catalogue: ``palettes.toml``, ``metatiles.toml``, and objects from every other file.

    Raises:
        InputError: a file or field is missing, or an entry is wrong; the message names file and entry.
    """
    palettes = _read_palettes(folder / PALETTES_FILE)
    areas = tuple(area.name for area in palettes.areas)
    metatiles = _entries(
        folder / METATILES_FILE, "metatiles", {"id", "name", "class", "tiles"}, lambda e: _metatile(e, areas)
    )
    objects: list[SpriteObject] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name not in (PALETTES_FILE, METATILES_FILE) and not is_leaving(path.name):
            found = _entries(path, "objects", {"name", "class", "palettes", "rows"}, _objects)
            objects.extend(variant for variants in found for variant in variants)
    if not objects:
        raise InputError(f"{folder}: there is no file of objects beside {METATILES_FILE}; reinstall the catalogue")
    return Catalogue(palettes, tuple(metatiles), tuple(objects))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; reinstall the catalogue") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}") from None


def _entries(path: Path, field: str, needed: set[str], parse: Callable[[dict[str, Any]], _T]) -> list[_T]:
    """Parse each table of an array; a wrong entry becomes an InputError with file and entry."""
    table = _read_toml(path).get(field)
    if not isinstance(table, list) or not table:
        raise InputError(f"{path}: the list {field!r} is missing")
    parsed = []
    for number, entry in enumerate(table, start=1):
        label = f"{path}, {field} entry {number}"
        if not isinstance(entry, dict):
            raise InputError(f"{label} is not a table")
        label += f" ({entry.get('name', 'without name')})"
        missing = sorted(needed - entry.keys())
        if missing:
            raise InputError(f"{label} lacks {', '.join(missing)}")
        try:
            parsed.append(parse(entry))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{label}: {error.args[0] if error.args else error}") from None
    return parsed


def _read_palettes(path: Path) -> Palettes:
    table = _read_toml(path)
    areas = _entries(path, "areas", {"name", "backdrops", "map", "sprites"}, _area)
    mario = _entries(path, "mario", {"name", "colours"}, lambda e: _colours(e["colours"]))
    try:
        blink = tuple(_colour(text) for text in table["blink"])
        return Palettes(tuple(areas), blink, tuple(mario), _colours(table["bowser"]))
    except KeyError as error:
        raise InputError(f"{path}: {error.args[0]} is missing") from None
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: {error}") from None


def _area(entry: dict[str, Any]) -> Area:
    map_palettes = tuple(_colours(text) for text in entry["map"])
    sprite_palettes = tuple(_colours(text) for text in entry["sprites"])
    if len(map_palettes) != 4 or len(sprite_palettes) != 3:
        raise ValueError("an area has 4 map palettes and 3 sprite palettes")
    return Area(entry["name"], tuple(_colour(text) for text in entry["backdrops"]), map_palettes, sprite_palettes)


def _metatile(entry: dict[str, Any], known_areas: tuple[str, ...]) -> Metatile:
    number = _hex(entry["id"], "id")
    palette = int(entry.get("palette", number >> 6))
    if not 0 <= palette <= 3:
        raise ValueError(f"palette {palette} is not 0 to 3")
    rows = entry["tiles"].split("/")
    tiles = tuple(_hex(word, "tile") for row in rows for word in row.split())
    if len(rows) != 2 or len(tiles) != 4:
        raise ValueError(f"tiles {entry['tiles']!r} are not two rows of two, like '24 24 / 24 24'")
    areas = tuple(entry.get("areas", known_areas))
    unknown = [area for area in areas if area not in known_areas]
    if unknown:
        raise ValueError(f"area {unknown[0]!r} is not in {PALETTES_FILE}, which has {', '.join(known_areas)}")
    return Metatile(number, entry["name"], _class(entry["class"]), palette, tiles, areas)


def _objects(entry: dict[str, Any]) -> list[SpriteObject]:
    """An entry's object with each of its mirrorings."""
    palettes = tuple(str(p) for p in entry["palettes"])
    for palette in palettes:
        if palette not in ("mario", "1", "2", "3", "bowser"):
            raise ValueError(f"palette {palette!r} is not one of mario, 1, 2, 3, bowser")
    if not palettes:
        raise ValueError("palettes are empty")
    parts = tuple(_parts(entry["rows"]))
    if not parts:
        raise ValueError("rows hold no tile")
    variants = []
    for flip in ("", *entry.get("mirror", ())):
        if flip not in ("", "h", "v", "hv"):
            raise ValueError(f"mirror {flip!r} is not h, v or hv")
        variants.append(SpriteObject(entry["name"], _class(entry["class"]), palettes, _mirrored(parts, flip)))
    return variants


def _parts(rows: list[str]) -> list[Part]:
    """Rows of words like "70 71", "--" for no sprite, "6eh" for tile 6e mirrored, "6ev" upside down."""
    parts = []
    for row, text in enumerate(rows):
        for column, word in enumerate(text.split()):
            if word == "--":
                continue
            match = re.fullmatch(r"([0-9a-f]{2})(h?)(v?)", word)
            if match is None:
                raise ValueError(f"tile {word!r} is not two hexadecimal digits (00-ff), with h or v when mirrored")
            parts.append(Part(int(match[1], 16), 8 * column, 8 * row, bool(match[2]), bool(match[3])))
    return parts


def _mirrored(parts: tuple[Part, ...], flip: str) -> tuple[Part, ...]:
    right = max(part.x for part in parts)
    bottom = max(part.y for part in parts)
    horizontal, vertical = "h" in flip, "v" in flip
    return tuple(
        Part(
            part.tile,
            right - part.x if horizontal else part.x,
            bottom - part.y if vertical else part.y,
            part.flip_h != horizontal,
            part.flip_v != vertical,
        )
        for part in parts
    )


def _class(name: str) -> int:
    if name not in CLASS_NAMES:
        raise ValueError(f"unknown class {name!r}; the classes are {', '.join(CLASS_NAMES)}")
    return class_id(name)


def _hex(text: object, what: str) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-f]{2}", text):
        raise ValueError(f"{what} {text!r} is not two hexadecimal digits, 00-ff")
    return int(text, 16)


def _colour(text: str) -> int:
    value = _hex(text, "colour")
    if value > 0x3F:
        raise ValueError(f"colour {text!r} is not 00-3f")
    return value


def _colours(text: str) -> Colours:
    values = tuple(_colour(word) for word in text.split())
    if len(values) != 3:
        raise ValueError(f"{text!r} is not three colours")
    return values
