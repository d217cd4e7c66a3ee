"""Editing a class map: what each tool paints, and that undo and redo always give back what was there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.classes import BACKGROUND, BRICK, CLASS_COUNT, GROUND, MARIO, PIPE
from core.dataset.editing.annotation import AUTOMATIC, Annotation
from core.dataset.editing.brush import MAX_SIZE, brush_mask, brush_outline, line
from core.dataset.editing.rect import Rect
from core.dataset.editing.tile_grid import Grid
from core.dataset.editing.undo_history import EditStep
from core.frame import CLASS_MAP_SHAPE, ClassMap

SHAPES = ((84, 84), CLASS_MAP_SHAPE)
POINTS = st.tuples(st.integers(-40, 280), st.integers(-40, 264))
INKS = st.integers(AUTOMATIC, CLASS_COUNT - 1)
Edit = Callable[[Annotation], object]


def _random_map(seed: int, shape: tuple[int, int]) -> ClassMap:
    """Patches of classes, so that fills and edges have something to meet."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, CLASS_COUNT, (shape[0] // 7, shape[1] // 7), np.uint8)
    rows, columns = (np.arange(side) * count // side for side, count in zip(shape, small.shape, strict=True))
    return np.ascontiguousarray(small[rows][:, columns])


def _stroke(points: list[tuple[int, int]], ink: int, size: int, shape: str, tile: bool) -> Edit:
    def edit(annotation: Annotation) -> None:
        annotation.begin(ink)
        for x, y in points:
            if tile:
                annotation.tile_to(x, y)
            else:
                annotation.brush_to(x, y, size, shape)  # type: ignore[arg-type]
        annotation.end()

    return edit


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(
        _stroke,
        st.lists(POINTS, min_size=1, max_size=4),
        INKS,
        st.integers(1, MAX_SIZE),
        st.sampled_from(("round", "square")),
        st.booleans(),
    ),
    st.builds(lambda p, ink: lambda a: a.fill(*p, ink), POINTS, INKS),
    st.builds(lambda p, ink: lambda a: a.fill(*p, ink, same_colour=True), POINTS, INKS),
    st.builds(lambda p, q, ink: lambda a: a.rectangle(*p, *q, ink), POINTS, POINTS, INKS),
    st.builds(lambda points, ink: lambda a: a.polygon(points, ink), st.lists(POINTS, max_size=6), INKS),
    st.builds(lambda ink: lambda a: a.clear(ink), INKS),
    st.builds(lambda seed: lambda a: a.replace(_random_map(seed, a.shape)), st.integers(0, 9)),
)


def _annotation(seed: int, shape: tuple[int, int]) -> Annotation:
    frame = np.random.default_rng(seed).integers(0, 2, (*shape, 3), np.uint8) * np.uint8(255)
    return Annotation(_random_map(seed, shape), automatic=_random_map(seed + 1, shape), frame=frame)


# ---- invariants of any strokes


@settings(max_examples=25)
@given(seed=st.integers(0, 5), shape=st.sampled_from(SHAPES), edits=st.lists(EDITS, max_size=8), over=st.booleans())
def test_undo_of_everything_gives_the_start_and_redo_the_end(
    seed: int, shape: tuple[int, int], edits: list[Edit], over: bool
) -> None:
    annotation = _annotation(seed, shape)
    annotation.paint_over = frozenset({0, 3, 5, 8}) if over else None
    start = annotation.class_map.copy()
    states = [start]
    for edit in edits:
        edit(annotation)
        if not np.array_equal(annotation.class_map, states[-1]):
            states.append(annotation.class_map.copy())
    assert annotation.undo_count == len(states) - 1, "a stroke that changed nothing is no step"
    for state in states[-2::-1]:
        assert annotation.undo() is not None
        np.testing.assert_array_equal(annotation.class_map, state)
    assert annotation.undo() is None and not annotation.is_dirty
    for state in states[1:]:
        assert annotation.redo() is not None
        np.testing.assert_array_equal(annotation.class_map, state)
    assert annotation.redo() is None and annotation.is_dirty == (len(states) > 1)


@settings(max_examples=25)
@given(seed=st.integers(0, 5), shape=st.sampled_from(SHAPES), edits=st.lists(EDITS, min_size=1, max_size=4))
def test_the_rectangle_to_draw_again_holds_every_change(seed: int, shape: tuple[int, int], edits: list[Edit]) -> None:
    annotation = _annotation(seed, shape)
    shown = annotation.class_map.copy()

    def draw(rect: Rect | None) -> None:
        if rect is not None:
            assert 0 <= rect.left < rect.right <= shape[1] and 0 <= rect.top < rect.bottom <= shape[0]
            shown[rect.slices] = annotation.class_map[rect.slices]

    for name in ("brush_to", "tile_to", "fill", "rectangle", "polygon", "clear", "replace"):
        method = getattr(annotation, name)
        setattr(annotation, name, lambda *args, _method=method, **kwargs: draw(_method(*args, **kwargs)))
    for edit in edits:
        edit(annotation)
        np.testing.assert_array_equal(shown, annotation.class_map)
    draw(annotation.undo())
    np.testing.assert_array_equal(shown, annotation.class_map)
    draw(annotation.redo())
    np.testing.assert_array_equal(shown, annotation.class_map)


@settings(max_examples=20)
@given(edits=st.lists(st.one_of(EDITS, st.sampled_from(("undo", "redo"))), max_size=10))
def test_what_the_listener_hears_makes_the_same_map_again(edits: list[Edit | str]) -> None:
    annotation = _annotation(1, (84, 84))
    copy = Annotation(annotation.class_map)
    again: dict[str, Callable[[EditStep], object]] = {
        "stroke": copy.repeat,
        "undo": lambda _: copy.undo(),
        "redo": lambda _: copy.redo(),
    }
    annotation.listener = lambda kind, step: again[kind](step) and None
    for edit in edits:
        if isinstance(edit, str):
            getattr(annotation, edit)()
        else:
            edit(annotation)
    np.testing.assert_array_equal(copy.class_map, annotation.class_map)
    assert (copy.undo_count, copy.redo_count) == (annotation.undo_count, annotation.redo_count)


@settings(max_examples=25)
@given(edit=EDITS, over=st.frozensets(st.integers(0, CLASS_COUNT - 1)))
def test_kept_classes_are_kept(edit: Edit, over: frozenset[int]) -> None:
    annotation = _annotation(2, (84, 84))
    annotation.paint_over = over
    wholes: list[str] = []
    for name in ("clear", "replace"):
        setattr(annotation, name, lambda *_, _name=name: wholes.append(_name))
    before = annotation.class_map.copy()
    edit(annotation)
    if not wholes:
        changed = before != annotation.class_map
        assert set(before[changed].tolist()) <= over


# ---- brush


@pytest.mark.parametrize("shape", ["round", "square"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 16, 33, MAX_SIZE])
def test_a_brush_is_as_wide_as_it_says(size: int, shape: str) -> None:
    mask = brush_mask(size, shape)  # type: ignore[arg-type]
    assert mask.shape == (size, size) and mask.any(axis=0).all() and mask.any(axis=1).all()
    np.testing.assert_array_equal(mask, mask.T)
    np.testing.assert_array_equal(mask, mask[::-1])
    area = size * size * (np.pi / 4 if shape == "round" else 1)
    assert abs(int(mask.sum()) - area) <= (2 * size if shape == "round" else 0)


def test_a_brush_without_width_is_refused() -> None:
    for size in (0, -1, MAX_SIZE + 1):
        with pytest.raises(ValueError, match="1 to 64 pixels"):
            brush_mask(size)


@pytest.mark.parametrize("size", [1, 2, 5, 8, 13])
def test_the_outline_encloses_what_a_click_paints(size: int) -> None:
    annotation = Annotation(np.zeros(CLASS_MAP_SHAPE, np.uint8))
    annotation.begin(MARIO)
    annotation.brush_to(100, 90, size)
    painted = annotation.class_map == MARIO
    upright = {(100 + x0, 90 + y0) for x0, y0, x1, y1 in brush_outline(size) if x0 == x1}
    level = {(100 + x0, 90 + y0) for x0, y0, x1, y1 in brush_outline(size) if y0 == y1}
    assert len(upright) + len(level) == len(brush_outline(size))
    rows, columns = np.nonzero(painted[:, 1:] != painted[:, :-1])
    assert upright == {(int(x) + 1, int(y)) for x, y in zip(columns, rows, strict=True)}
    rows, columns = np.nonzero(painted[1:] != painted[:-1])
    assert level == {(int(x), int(y) + 1) for x, y in zip(columns, rows, strict=True)}


@given(begin=POINTS, end=POINTS)
def test_a_line_has_no_gaps_and_both_ends(begin: tuple[int, int], end: tuple[int, int]) -> None:
    points = line(begin, end)
    assert tuple(points[0]) == begin and tuple(points[-1]) == end
    steps = np.abs(np.diff(points, axis=0)).max(axis=1)
    assert (steps == 1).all() if len(points) > 1 else begin == end


@settings(max_examples=20)
@given(begin=POINTS, end=POINTS, size=st.integers(1, 20), shape=st.sampled_from(("round", "square")))
def test_a_fast_mouse_leaves_what_a_slow_one_leaves(
    begin: tuple[int, int], end: tuple[int, int], size: int, shape: str
) -> None:
    fast, stamps = Annotation(np.zeros(CLASS_MAP_SHAPE, np.uint8)), np.zeros(CLASS_MAP_SHAPE, bool)
    fast.begin(PIPE)
    fast.brush_to(*begin, size, shape)  # type: ignore[arg-type]
    fast.brush_to(*end, size, shape)  # type: ignore[arg-type]
    mask = brush_mask(size, shape)  # type: ignore[arg-type]
    for x, y in line(begin, end):
        rows, columns = np.nonzero(mask) + np.array([[y], [x]]) - size // 2
        inside = (rows >= 0) & (rows < 224) & (columns >= 0) & (columns < 240)
        stamps[rows[inside], columns[inside]] = True
    np.testing.assert_array_equal(fast.class_map == PIPE, stamps)


def test_a_mouse_far_away_is_harmless() -> None:
    annotation = Annotation(np.zeros(CLASS_MAP_SHAPE, np.uint8))
    annotation.begin(PIPE)
    annotation.brush_to(10, 10, 5)
    annotation.brush_to(2_000_000_000, 10, 5)
    assert (annotation.class_map[8:13, 20:] == PIPE).all()
    annotation.brush_to(-2_000_000_000, -2_000_000_000, 5)
    assert annotation.end() is not None


def test_the_eraser_brings_back_background_or_the_automatic_label() -> None:
    automatic = np.full(CLASS_MAP_SHAPE, GROUND, np.uint8)
    annotation = Annotation(np.full(CLASS_MAP_SHAPE, MARIO, np.uint8), automatic=automatic)
    annotation.rectangle(0, 0, 9, 9, AUTOMATIC)
    annotation.rectangle(10, 0, 19, 9, BACKGROUND)
    assert (annotation.class_map[:10, :10] == GROUND).all() and (annotation.class_map[:10, 10:20] == BACKGROUND).all()
    assert int((annotation.class_map != MARIO).sum()) == 200
    annotation.clear(AUTOMATIC)
    np.testing.assert_array_equal(annotation.class_map, automatic)
    annotation.clear()
    assert not annotation.class_map.any()
    for _ in range(4):
        annotation.undo()
    assert (annotation.class_map == MARIO).all()


# ---- fill


def _reference_fill(alike: np.ndarray, x: int, y: int) -> np.ndarray:
    """Pixels of ``alike`` that can be reached from one by steps along rows and columns."""
    reached, waiting = np.zeros_like(alike), [(y, x)]
    while waiting:
        row, column = waiting.pop()
        inside = 0 <= row < alike.shape[0] and 0 <= column < alike.shape[1]
        if inside and alike[row, column] and not reached[row, column]:
            reached[row, column] = True
            waiting += [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
    return reached


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), x=st.integers(0, 39), y=st.integers(0, 29), colour=st.booleans())
def test_fill_is_that_of_a_plain_search(seed: int, x: int, y: int, colour: bool) -> None:
    rng = np.random.default_rng(seed)
    start = rng.choice([3, 5], (30, 40), p=[0.4, 0.6]).astype(np.uint8)
    frame = np.where(rng.random((30, 40, 1)) < 0.8, 90, 10).astype(np.uint8) * np.ones(3, np.uint8)
    annotation = Annotation(start, frame=frame)
    annotation.fill(x, y, MARIO, same_colour=colour)
    alike = start == start[y, x]
    if colour:
        alike &= (frame == frame[y, x]).all(axis=2)
    expected = np.where(_reference_fill(alike, x, y), MARIO, start)
    np.testing.assert_array_equal(annotation.class_map, expected)


def test_fill_outside_does_nothing_and_by_colour_needs_a_frame() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8))
    for x, y in ((-1, 0), (84, 0), (0, 84)):
        assert annotation.fill(x, y, MARIO) is None and annotation.pick(x, y) is None
    with pytest.raises(ValueError, match="no frame"):
        annotation.fill(3, 3, MARIO, same_colour=True)
    assert annotation.undo_count == 0 and annotation.pick(3, 3) == 0


# ---- tiles


@settings(max_examples=20)
@given(left=st.integers(-30, 30), points=st.lists(POINTS, min_size=1, max_size=3))
def test_the_tile_brush_paints_whole_squares_of_the_grid(left: int, points: list[tuple[int, int]]) -> None:
    annotation = Annotation(np.zeros(CLASS_MAP_SHAPE, np.uint8), grid=Grid(left))
    annotation.begin(BRICK)
    for x, y in points:
        annotation.tile_to(x, y)
        if 0 <= x < 240 and 0 <= y < 224:
            assert annotation.class_map[y, x] == BRICK
    cuts = list(annotation.grid.rows(224)), list(annotation.grid.columns(240))
    for rows in np.split(annotation.class_map, cuts[0]):
        for square in np.split(rows, cuts[1], axis=1):
            assert (square == square.flat[0]).all() if square.size else True


# ---- strokes that are not finished


def test_undo_in_the_middle_of_a_stroke_takes_it_back() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8))
    annotation.begin(MARIO)
    annotation.brush_to(10, 10, 3)
    assert annotation.is_dirty
    assert annotation.undo() == Rect(9, 9, 12, 12)
    assert annotation.brush_to(20, 20, 3) is None and annotation.tile_to(1, 1) is None, "the stroke is over"
    assert not annotation.class_map.any() and not annotation.is_dirty


def test_a_stroke_can_be_cancelled_and_a_new_one_ends_the_last() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8))
    annotation.begin(MARIO)
    annotation.brush_to(10, 10, 3)
    assert annotation.cancel() == Rect(9, 9, 12, 12) and annotation.cancel() is None
    assert not annotation.class_map.any() and annotation.undo_count == 0
    annotation.begin(MARIO)
    annotation.brush_to(10, 10, 3)
    annotation.begin(GROUND)
    assert annotation.undo_count == 1
    assert annotation.end() is None and annotation.end() is None


def test_a_listener_that_fails_costs_no_stroke() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8))

    def full(*_: object) -> None:
        raise OSError("disk full")

    annotation.listener = full
    with pytest.raises(OSError, match="disk full"):
        annotation.rectangle(0, 0, 3, 3, MARIO)
    annotation.listener = None
    assert annotation.undo_count == 1 and annotation.is_dirty and annotation.pick(3, 3) == MARIO
    annotation.undo()
    assert not annotation.class_map.any()


# ---- depth and saving


def test_two_hundred_strokes_can_be_undone_and_older_ones_are_forgotten() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8))
    for number in range(210):
        annotation.rectangle(number % 84, number // 84, number % 84, number // 84, MARIO)
    assert annotation.undo_count == 200
    while annotation.undo() is not None:
        pass
    assert int((annotation.class_map == MARIO).sum()) == 10 and annotation.is_dirty


def test_undo_beyond_what_was_saved_is_dirty_and_redo_cleans() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8))
    annotation.rectangle(0, 0, 3, 3, MARIO)
    annotation.mark_saved()
    assert not annotation.is_dirty
    annotation.undo()
    assert annotation.is_dirty
    annotation.redo()
    assert not annotation.is_dirty
    annotation.undo()
    annotation.rectangle(9, 9, 9, 9, MARIO)
    annotation.undo()
    assert annotation.is_dirty, "what was saved cannot be reached any more"


def test_a_saved_state_stays_clean_when_its_steps_are_forgotten() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8), depth=2)
    annotation.rectangle(0, 0, 0, 0, MARIO)
    annotation.mark_saved()
    annotation.rectangle(1, 0, 1, 0, MARIO)
    annotation.rectangle(2, 0, 2, 0, MARIO)
    annotation.undo()
    annotation.undo()
    assert annotation.undo_count == 0 and not annotation.is_dirty


# ---- what cannot be edited


@pytest.mark.parametrize(
    ("start", "extra", "message"),
    [
        (np.zeros((84, 84), np.int64), {}, "int64"),
        (np.zeros((84, 84, 1), np.uint8), {}, "uint8"),
        (np.full((84, 84), 16, np.uint8), {}, "class id 16"),
        (np.zeros((300, 300), np.uint8), {}, "too large"),
        (np.zeros((84, 84), np.uint8), {"automatic": np.zeros((224, 240), np.uint8)}, r"not uint8 \(84, 84\)"),
        (np.zeros((84, 84), np.uint8), {"frame": np.zeros((224, 240, 3), np.uint8)}, "do not fit"),
    ],
)
def test_arrays_that_are_no_class_maps(start: ClassMap, extra: dict[str, ClassMap], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Annotation(start, **extra)


def test_wrong_ink_steps_and_writing_into_the_view() -> None:
    annotation = Annotation(np.zeros((84, 84), np.uint8))
    for ink in (-2, 16):
        with pytest.raises(ValueError, match="ink"):
            annotation.begin(ink)
        with pytest.raises(ValueError, match="ink"):
            annotation.clear(ink)
    with pytest.raises(ValueError, match="beyond"):
        annotation.repeat(EditStep(np.array([84 * 84], np.uint16), np.array([1], np.uint8)))
    with pytest.raises(ValueError, match="class id 255"):
        annotation.repeat(EditStep(np.array([3], np.uint16), np.array([255], np.uint8)))
    with pytest.raises(ValueError, match="read-only"):
        annotation.class_map[0, 0] = 1
    assert annotation.undo_count == 0
