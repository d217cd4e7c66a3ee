"""Exports, read back by the rules of their formats, and masks of other programs."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.classes import BACKGROUND, CLASS_COUNT, CLASS_NAMES, CLASSES, COIN, GROUND, MARIO, palette
from core.dataset.exchange.coco import THINGS, panoptic_segments
from core.dataset.exchange.export import FORMATS, export
from core.dataset.exchange.import_masks import (
    Value,
    default_mapping,
    import_masks,
    parse_mapping,
    read_mask,
    values_in,
    written,
)
from core.dataset.exchange.yolo import _numbers, outlines
from core.dataset.person_labels import open_label, person_numbers, save_label
from core.dataset.png_files import decode_frame, encode_mask
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.frame import CLASS_MAP_SHAPE, ClassMap

SPLITS = {"train": "train", "validation": "val", "test": "test"}


@pytest.fixture
def labelled_set(small_set: Path) -> DataSet:
    """The small set, with a person's label of frame 5."""
    data = DataSet.open(small_set)
    label = open_label(data, data.records()[5])
    corrected = label.automatic.copy()
    corrected[50:90, 50:90] = MARIO
    corrected[150:160, 150:160] = corrected[160:170, 160:170] = COIN
    save_label(data, label, corrected)
    return data


# ---- COCO panoptic


def _ids(path: Path) -> np.ndarray:
    """A panoptic PNG's segment ids, as panopticapi's rgb2id reads them."""
    with Image.open(path) as image:
        assert image.mode == "RGB"
        colour = np.array(image, np.uint32)
    return colour[..., 0] + 256 * colour[..., 1] + 256 * 256 * colour[..., 2]


def test_coco_panoptic_holds_what_the_data_set_holds(labelled_set: DataSet, tmp_path: Path) -> None:
    out, seen = tmp_path / "coco", []
    assert export(labelled_set, out, "coco", progress=lambda done, total: seen.append((done, total))) == 24
    assert seen == [(number, 24) for number in range(1, 25)]
    assert sorted(p.name for p in out.iterdir()) == ["annotations", "test", "train", "val"]
    for split, name in SPLITS.items():
        document: dict[str, Any] = json.loads((out / f"annotations/panoptic_{name}.json").read_text())
        assert set(document) == {"info", "licenses", "images", "annotations", "categories"}
        categories = {item["id"]: item for item in document["categories"]}
        assert [categories[number + 1]["name"] for number in range(CLASS_COUNT)] == list(CLASS_NAMES)
        assert {item["name"] for item in categories.values() if item["isthing"]} == {CLASS_NAMES[i] for i in THINGS}
        images = {item["id"]: item for item in document["images"]}
        records = labelled_set.records(split)  # type: ignore[arg-type]
        assert len(images) == len(document["annotations"]) == len(records)
        for record, annotation in zip(records, document["annotations"], strict=True):
            image = images[annotation["image_id"]]
            frame, class_map = labelled_set.read(record, person=True)
            with Image.open(out / name / image["file_name"]) as picture:
                assert picture.size == (image["width"], image["height"]) == (240, 224)
                np.testing.assert_array_equal(np.array(picture), frame)
            if record.position != 1:  # one of each stack will do, the person's among them
                continue
            ids = _ids(out / f"annotations/panoptic_{name}" / annotation["file_name"])
            _check_segments(ids, annotation["segments_info"], class_map)


def _check_segments(ids: np.ndarray, segments: list[dict[str, Any]], class_map: ClassMap) -> None:
    """The rules of panopticapi: all ids of the PNG are in the JSON and the reverse, areas and boxes are right."""
    assert set(np.unique(ids).tolist()) == {item["id"] for item in segments} and len(segments) == len(
        {i["id"] for i in segments}
    )
    back = np.full(class_map.shape, 255, np.uint8)
    for item in segments:
        rows, columns = np.nonzero(ids == item["id"])
        assert item["area"] == len(rows) and item["iscrowd"] == 0
        left, top, width, height = item["bbox"]
        assert (left, top, left + width, top + height) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        back[ids == item["id"]] = item["category_id"] - 1
    np.testing.assert_array_equal(back, class_map)


def _regions(region: np.ndarray) -> int:
    """Number of parts connected by sides or corners."""
    left, count = region.copy(), 0
    while left.any():
        count += 1
        waiting = [tuple(np.argwhere(left)[0])]
        while waiting:
            row, column = waiting.pop()
            if 0 <= row < left.shape[0] and 0 <= column < left.shape[1] and left[row, column]:
                left[row, column] = False
                waiting += [(row + dy, column + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return count


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_things_have_a_segment_a_region_and_stuff_one_a_class(seed: int) -> None:
    class_map = np.random.default_rng(seed).choice([BACKGROUND, GROUND, MARIO, COIN], (12, 15)).astype(np.uint8)
    ids, segments = panoptic_segments(class_map)
    _check_segments(ids, segments, class_map)
    for class_id in np.unique(class_map).tolist():
        count = sum(item["category_id"] == class_id + 1 for item in segments)
        assert count == (_regions(class_map == class_id) if class_id in THINGS else 1)


# ---- Pascal VOC


def test_voc_holds_what_the_data_set_holds_and_comes_back(labelled_set: DataSet, tmp_path: Path) -> None:
    out = tmp_path / "voc"
    assert export(labelled_set, out, "voc") == 24
    lists = {p.stem: p.read_text().split() for p in (out / "ImageSets/Segmentation").iterdir()}
    for split, name in SPLITS.items():
        assert lists[name] == [f"{r.number:06d}" for r in labelled_set.records(split)]  # type: ignore[arg-type]
    assert sorted(lists["trainval"]) == sorted(lists["train"] + lists["val"])
    for record in labelled_set.records():
        frame, class_map = labelled_set.read(record, person=True)
        with Image.open(out / f"SegmentationClass/{record.number:06d}.png") as image:
            assert image.mode == "P"
            np.testing.assert_array_equal(np.array(image), class_map)
            np.testing.assert_array_equal(np.array(image.convert("RGB")), palette()[class_map])
        with Image.open(out / f"JPEGImages/{record.number:06d}.jpg") as image:
            assert image.format == "JPEG" and image.size == (240, 224)
            assert np.abs(np.array(image, np.int16) - frame).max() <= 8
    assert "mario:235,52,60::" in (out / "labelmap.txt").read_text().splitlines()
    other = DataSet.open(labelled_set.folder)
    assert import_masks(other, out / "SegmentationClass", default_mapping(), replace=True) == 24
    for record in other.records():
        np.testing.assert_array_equal(read_mask(other.mask_path(record.number, person=True), default_mapping()),
                                      labelled_set.read(record, person=True)[1])  # fmt: skip


# ---- what other programs read


def _segment(path: Path, kind: str, split: str) -> Path:
    """Where the segment ids of a document are looked for."""
    return path.with_suffix("") if kind == "datumaro" else path.parents[1] / f"panoptic_{split}2017"


@pytest.mark.parametrize("kind", ["coco-2017", "datumaro"])
def test_coco_lies_where_detectron2_detr_and_datumaro_look(labelled_set: DataSet, tmp_path: Path, kind: Any) -> None:
    out = tmp_path / "out"
    backwards = labelled_set.records()[::-1]
    assert export(labelled_set, out, kind, records=backwards) == 24
    for split, name in SPLITS.items():
        year = "2017" if kind == "coco-2017" else ""
        path = out / f"annotations/panoptic_{name}{year}.json"
        document = json.loads(path.read_text())
        images = sorted(document["images"], key=lambda image: image["id"])  # DETR: in the order of the annotations
        records = labelled_set.records(split)  # type: ignore[arg-type]
        for image, annotation, record in zip(images, document["annotations"], records, strict=True):
            ids = annotation["file_name"]
            assert image["id"] == annotation["image_id"] and image["file_name"][:-4] == ids[:-4]
            # Detectron2 and DETR: the segment ids' name with .jpg; Datumaro: the image's own, below images/SUBSET.
            picture = out / f"{name}2017" / ids.replace(".png", ".jpg")
            if kind == "datumaro":
                picture = out / "images" / name / image["file_name"]
            frame, class_map = labelled_set.read(record, person=True)
            with Image.open(picture) as there:
                assert there.format == ("PNG" if kind == "datumaro" else "JPEG")
                assert np.abs(np.array(there, np.int16) - frame).max() <= (0 if kind == "datumaro" else 8)
            numbers = _ids(_segment(path, kind, name) / ids)
            segments = np.zeros(class_map.shape, np.int64) - 1
            for segment in annotation["segments_info"]:
                segments[numbers == segment["id"]] = segment["category_id"] - 1
            np.testing.assert_array_equal(segments, class_map)


def _filled(text: str) -> np.ndarray:
    """A YOLO label file as a class map, drawn as Ultralytics draws it (data/utils.py, polygon2mask)."""
    class_map = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    for line in text.splitlines():
        class_id, *shares = line.split()
        points = np.array(shares, float).reshape(-1, 2)
        assert len(points) >= 3 and points.min() >= 0 and points.max() <= 1
        cv2.fillPoly(class_map, [(points * (240, 224)).astype(np.int32)], int(class_id))
    return class_map


def test_yolo_holds_every_object(labelled_set: DataSet, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(labelled_set, out, "yolo") == 24
    lines = (out / "data.yaml").read_text().splitlines()
    assert lines[:4] == ["train: images/train", "val: images/val", "test: images/test", "names:"]
    assert lines[4:] == [f"  {number}: {name}" for number, name in enumerate(CLASS_NAMES)]
    for record in labelled_set.records():
        frame, class_map = labelled_set.read(record, person=True)
        name = f"{SPLITS[record.split]}/{record.number:06d}"
        np.testing.assert_array_equal(decode_frame(out / f"images/{name}.png"), frame)
        np.testing.assert_array_equal(_filled((out / f"labels/{name}.txt").read_text()), class_map)


def test_an_outline_leaves_holes_and_keeps_single_pixels() -> None:
    class_map = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    class_map[20:120, 30:150] = GROUND
    class_map[40:60, 50:70] = BACKGROUND
    class_map[45:50, 55:60] = GROUND  # an island in a hole
    class_map[80:90, 31:33] = BACKGROUND  # a hole beside the edge
    class_map[80, 100], class_map[200, 200], class_map[223, 10:12] = BACKGROUND, MARIO, COIN
    text = "".join(f"{class_id} {_numbers(line)}\n" for class_id, line in outlines(class_map))
    assert len(text.splitlines()) == 4
    np.testing.assert_array_equal(_filled(text), class_map)


def test_outlines_of_noise_are_exact_too() -> None:
    class_map = np.random.default_rng(0).choice([BACKGROUND, GROUND, GROUND, MARIO], CLASS_MAP_SHAPE).astype(np.uint8)
    text = "".join(f"{class_id} {_numbers(line)}\n" for class_id, line in outlines(class_map))
    np.testing.assert_array_equal(_filled(text), class_map)


def test_plain_masks_come_back(labelled_set: DataSet, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(labelled_set, out, "masks") == 24
    assert (out / "classes.txt").read_text().split() == list(CLASS_NAMES)
    for record in labelled_set.records():
        frame, class_map = labelled_set.read(record, person=True)
        name = f"{SPLITS[record.split]}/{record.number:06d}.png"
        np.testing.assert_array_equal(decode_frame(out / "images" / name), frame)
        np.testing.assert_array_equal(read_mask(out / "masks" / name, default_mapping()), class_map)
        with Image.open(out / "masks" / name) as image:
            assert image.mode == "L"
    assert import_masks(labelled_set, out, default_mapping(), replace=True) == 24, "the export as it lies"


# ---- exports that do not come to their end


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cancelled_export_leaves_nothing(labelled_set: DataSet, tmp_path: Path, kind: Any) -> None:
    done: list[int] = []
    assert (
        export(
            labelled_set, tmp_path / "out", kind, progress=lambda n, _: done.append(n), cancelled=lambda: len(done) == 3
        )
        == 0
    )
    assert done == [1, 2, 3] and [p.name for p in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_full_disk_leaves_nothing(
    labelled_set: DataSet, tmp_path: Path, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name.startswith("000003"):
            raise OSError(28, "No space left on device")
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(RunError, match=r"out: cannot be written \(No space left"):
            export(labelled_set, tmp_path / "out", kind)
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


def test_an_export_overwrites_nothing_and_needs_frames(labelled_set: DataSet, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="out exists already; name a new folder"):
        export(labelled_set, tmp_path / "out", "voc")
    with pytest.raises(InputError, match="format 'odd' does not exist; choose one of coco, coco-2017, "):
        export(labelled_set, tmp_path / "new", "odd")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no frames to export"):
        export(labelled_set, tmp_path / "new", "voc", records=[])
    (labelled_set.folder / "masks/000009.png").write_bytes(b"hello")
    with pytest.raises(InputError, match=r"masks/000009\.png: this is not a picture"):
        export(labelled_set, tmp_path / "new", "voc")
    assert not (tmp_path / "new").exists()


# ---- import


def _masks(folder: Path, **pictures: Image.Image) -> Path:
    folder.mkdir()
    for name, picture in pictures.items():
        picture.save(folder / f"{name[1:]}.png")
    return folder


def _indexed(values: ClassMap) -> Image.Image:
    image = Image.fromarray(values, "P")
    image.putpalette([255 - i // 3 for i in range(768)])
    return image


def test_masks_with_other_values_come_in_by_their_mapping(small_set: Path, tmp_path: Path) -> None:
    data = DataSet.open(small_set)
    values = np.random.default_rng(0).choice([0, 7, 200], CLASS_MAP_SHAPE).astype(np.uint8)
    colours = np.array([[10, 20, 30], [255, 0, 0]], np.uint8)[(values > 0).astype(int)]
    folder = _masks(tmp_path / "in", _000001=_indexed(values), _000002=Image.fromarray(values),
                    _3=Image.fromarray(colours), _000004=Image.fromarray(values.astype(np.uint16)))  # fmt: skip
    found = values_in(folder)
    assert set(found) == {0, 7, 200, (10, 20, 30), (255, 0, 0)} and sum(found.values()) == 4 * 224 * 240
    assert list(found.values()) == sorted(found.values(), reverse=True)
    mapping = parse_mapping("0 = background, 7=mario\n200: 1; #0A141e = ground, #ff0000 = coin")
    assert mapping == {0: 0, 7: MARIO, 200: GROUND, (10, 20, 30): GROUND, (255, 0, 0): COIN}
    progress: list[tuple[int, int]] = []
    assert import_masks(data, folder, mapping, progress=lambda *both: progress.append(both)) == 4
    assert progress == [(number, 8) for number in range(1, 9)] and person_numbers(data) == {1, 2, 3, 4}
    for number in (1, 2, 4):
        label = open_label(data, data.records()[number])
        np.testing.assert_array_equal(label.start, np.select([values == 7, values == 200], [MARIO, GROUND]))
        assert label.started_from == "import"
    np.testing.assert_array_equal(open_label(data, data.records()[3]).start, np.where(values > 0, COIN, GROUND))


@pytest.mark.parametrize(
    ("name", "picture", "message"),
    [
        ("000002", Image.new("L", (256, 240)), "256 x 240; it must be 240 x 224"),
        ("000002", Image.new("L", (240, 224), 9), r"000002\.png: the mapping does not say which class 9 is"),
        ("000002", Image.new("RGB", (240, 224), "#0000ff"), "which class #0000ff is"),
        ("000099", Image.new("L", (240, 224)), r"000099\.png: the data set has no frame of this name.*000023\.png"),
        ("frame", Image.new("L", (240, 224)), "no frame of this name"),
    ],
)
def test_one_bad_mask_keeps_all_out(
    small_set: Path, tmp_path: Path, name: str, picture: Image.Image, message: str
) -> None:
    data = DataSet.open(small_set)
    folder = _masks(tmp_path / "in", _000001=Image.new("L", (240, 224)))
    picture.save(folder / f"{name}.png")
    with pytest.raises(InputError, match=message):
        import_masks(data, folder, {0: 0})
    assert person_numbers(data) == set()


def test_a_persons_labels_are_replaced_only_when_asked(small_set: Path, tmp_path: Path) -> None:
    data = DataSet.open(small_set)
    mine = np.full(CLASS_MAP_SHAPE, MARIO, np.uint8)
    save_label(data, open_label(data, data.records()[1]), mine)
    folder = _masks(tmp_path / "in", _000000=Image.new("L", (240, 224)), _000001=Image.new("L", (240, 224)))
    with pytest.raises(InputError, match=r"000001\.png: a person has labelled this frame already"):
        import_masks(data, folder, {0: 0})
    assert person_numbers(data) == {1}
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert import_masks(data, folder, {0: 0}, replace=True, cancelled=cancelled) == 1
    np.testing.assert_array_equal(open_label(data, data.records()[1]).start, mine)
    assert import_masks(data, folder, {0: 0}, replace=True) == 2 and person_numbers(data) == {0, 1}


def _saved(picture: Image.Image, path: Path, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def _class_colours() -> tuple[ClassMap, Image.Image]:
    """A class map of three classes, and its picture in their colours."""
    class_map = np.random.default_rng(0).choice([BACKGROUND, GROUND, MARIO], CLASS_MAP_SHAPE).astype(np.uint8)
    return class_map, Image.fromarray(palette()[class_map])


def test_an_indexed_mask_goes_by_its_colours_where_they_are_those_of_classes(tmp_path: Path) -> None:
    class_map, picture = _class_colours()
    indexed = Image.fromarray(np.searchsorted([BACKGROUND, GROUND, MARIO], class_map).astype(np.uint8), "P")
    indexed.putpalette(palette()[[BACKGROUND, GROUND, MARIO]].tobytes())
    path = _saved(indexed, tmp_path / "000001.png", bits=2)
    for mapping in (default_mapping(), {BACKGROUND: BACKGROUND, GROUND: GROUND, MARIO: MARIO}):
        np.testing.assert_array_equal(read_mask(path, mapping), class_map)
    np.testing.assert_array_equal(read_mask(_saved(picture, path), default_mapping()), class_map)


def test_a_colour_that_somebody_added_to_the_classes_is_itself(tmp_path: Path) -> None:
    indexed = Image.fromarray(np.arange(224 * 240, dtype=np.uint32).reshape(224, 240).astype(np.uint8) % 2, "P")
    indexed.putpalette([*CLASSES[BACKGROUND].colour, 255, 105, 180])
    _saved(indexed, tmp_path / "000001.png")
    assert set(values_in(tmp_path)) == {BACKGROUND, (255, 105, 180)}
    with pytest.raises(InputError, match="does not say which class #ff69b4 is"):
        read_mask(tmp_path / "000001.png", default_mapping())


def test_a_number_of_another_palette_is_one_colour_in_all_masks(small_set: Path, tmp_path: Path) -> None:
    values = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    other = _indexed(values)
    other.putpalette([1, 2, 3])
    folder = _masks(tmp_path / "in", _000001=_indexed(values), _000002=other)
    message = r"000002\.png: index 0 is #010203, and #ffffff in 000001\.png"
    with pytest.raises(InputError, match=message):
        values_in(folder)
    data = DataSet.open(small_set)
    with pytest.raises(InputError, match=message):
        import_masks(data, folder, {0: BACKGROUND})
    assert person_numbers(data) == set()


def _png(depth: int, kind: int, *samples: int) -> bytes:
    """A picture of 240 x 224 whose pixels all have these samples, big-endian, of so many bits."""
    bits = "".join(f"{sample:0{depth}b}" for sample in samples) * 240
    line = int(bits, 2).to_bytes(len(bits) // 8)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 240, 224, depth, kind, 0, 0, 0))]
    chunks += [(b"IDAT", zlib.compress((b"\0" + line) * 224)), (b"IEND", b"")]
    packed = (struct.pack(">I", len(b)) + a + b + struct.pack(">I", zlib.crc32(a + b)) for a, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize(
    ("depth", "kind", "samples", "value"),
    [
        (1, 0, (1,), 255),
        (2, 0, (1,), 85),
        (4, 0, (1,), 17),
        (8, 0, (1,), 1),
        (16, 0, (300,), 300),
        (8, 2, (235, 52, 60), (235, 52, 60)),
        (16, 2, (235 * 257, 52 * 257, 60 * 257), (235, 52, 60)),
        (8, 4, (8, 255), 8),
        (8, 4, (8, 0), (0, 0, 0, 0)),
        (8, 4, (8, 128), (8, 8, 8, 128)),
        (16, 4, (8, 65535), 8),
        (16, 4, (8, 0), (0, 0, 0, 0)),
        (8, 6, (235, 52, 60, 255), (235, 52, 60)),
        (8, 6, (235, 52, 60, 0), (0, 0, 0, 0)),
        (8, 6, (235, 52, 60, 254), (235, 52, 60, 254)),
        (16, 6, (235 * 257, 52 * 257, 60 * 257, 0), (0, 0, 0, 0)),
    ],
)
def test_every_kind_of_picture_has_its_values(
    tmp_path: Path, depth: int, kind: int, samples: tuple[int, ...], value: Value
) -> None:
    path = tmp_path / "000001.png"
    path.write_bytes(_png(depth, kind, *samples))
    assert values_in(tmp_path) == {value: 224 * 240}
    mapping = parse_mapping(f"{written(value)} = coin")
    assert mapping == {value: COIN} and (read_mask(path, mapping) == COIN).all()
    if len(samples) in (2, 4) and samples[-1] < 255:  # erased in a paint program
        with pytest.raises(InputError, match=f"which class {written(value)}"):
            read_mask(path, default_mapping())


@pytest.mark.parametrize("mode", ["P", "RGB"])
def test_a_transparent_colour_is_no_class(tmp_path: Path, mode: str) -> None:
    class_map, picture = _class_colours()
    colour = CLASSES[MARIO].colour
    if mode == "P":
        picture = Image.fromarray(class_map, "P")
        picture.putpalette(palette().tobytes())
    path = _saved(picture, tmp_path / "000001.png", transparency=MARIO if mode == "P" else colour)
    with pytest.raises(InputError, match=r"which class #00000000 \(transparent\) is"):
        read_mask(path, default_mapping())
    read = read_mask(path, default_mapping() | parse_mapping("#00000000 = background"))
    np.testing.assert_array_equal(read, np.where(class_map == MARIO, BACKGROUND, class_map))


@pytest.mark.parametrize(
    ("data", "message"),
    [(_png(16, 2, 1000, 0, 0), "16 bits"), (_png(16, 4, 8, 1000), "16 bits"), (b"GIF89a", "not a picture")],
)
def test_values_that_would_be_lost_are_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "000001.png").write_bytes(data)
    with pytest.raises(InputError, match=rf"000001\.png: .*{message}"):
        values_in(tmp_path)


def test_two_masks_of_one_frame_are_refused(small_set: Path, tmp_path: Path) -> None:
    data = DataSet.open(small_set)
    folder = _masks(tmp_path / "in", _3=Image.new("L", (240, 224)), _000003=Image.new("L", (240, 224), 1))
    with pytest.raises(InputError, match=r"3\.png: 000003\.png is a mask of the same frame"):
        import_masks(data, folder, default_mapping())
    assert person_numbers(data) == set()


def test_what_finder_leaves_among_masks_is_no_mask(small_set: Path, tmp_path: Path) -> None:
    folder = _masks(tmp_path / "in", _000003=Image.new("L", (240, 224)))
    (folder / "._000003.png").write_bytes(b"\0\5\x16\7")
    assert import_masks(DataSet.open(small_set), folder, default_mapping()) == 1


def test_folders_without_masks(small_set: Path, tmp_path: Path) -> None:
    data = DataSet.open(small_set)
    with pytest.raises(InputError, match="there is no such folder"):
        import_masks(data, tmp_path / "nothing", {0: 0})
    with pytest.raises(InputError, match="holds no PNG masks"):
        values_in(tmp_path)
    (tmp_path / "000000.png").write_bytes(encode_mask(np.zeros(CLASS_MAP_SHAPE, np.uint8))[:50])
    with pytest.raises(InputError, match=r"000000\.png: this is not a picture"):
        values_in(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" , ", "empty"),
        ("mario", "'mario' is not understood"),
        ("#12345 = mario", "is not understood"),
        ("7 = luigi", "the class 'luigi'; the classes are background, ground"),
        ("7 = 16", "the class '16'"),
        ("7 = mario, 7 = coin", "'7 = coin' twice"),
    ],
)
def test_a_mapping_that_says_nothing(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_mapping(text)
