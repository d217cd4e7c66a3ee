"""Exports, read back by the rules of their formats, and masks of other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.classes import BACKGROUND, CLASS_COUNT, CLASS_NAMES, COIN, GROUND, MARIO, palette
from core.dataset.exchange import export as exchange
from core.dataset.exchange.export import THINGS, export, panoptic_segments
from core.dataset.exchange.import_masks import default_mapping, import_masks, parse_mapping, read_mask, values_in
from core.dataset.person_labels import open_label, person_numbers, save_label
from core.dataset.png_files import encode_mask
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


# ---- exports that do not come to their end


@pytest.mark.parametrize("kind", ["coco", "voc"])
def test_a_cancelled_export_leaves_nothing(labelled_set: DataSet, tmp_path: Path, kind: Any) -> None:
    done: list[int] = []
    assert (
        export(
            labelled_set, tmp_path / "out", kind, progress=lambda n, _: done.append(n), cancelled=lambda: len(done) == 3
        )
        == 0
    )
    assert done == [1, 2, 3] and [p.name for p in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize("kind", ["coco", "voc"])
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
    with pytest.raises(InputError, match="format 'yolo' does not exist; choose coco or voc"):
        export(labelled_set, tmp_path / "new", "yolo")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no frames to export"):
        export(labelled_set, tmp_path / "new", "voc", records=[])
    (labelled_set.folder / "masks/000009.png").write_bytes(b"hello")
    with pytest.raises(InputError, match=r"masks/000009\.png: this is not a picture"):
        export(labelled_set, tmp_path / "new", "voc")
    assert not (tmp_path / "new").exists() and exchange.FORMATS == ("coco", "voc")


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
