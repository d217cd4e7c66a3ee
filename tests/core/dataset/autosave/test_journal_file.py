"""Records of the autosave journal: whole, or not there."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.autosave import journal_file as disk
from core.dataset.editing.undo_history import EditStep

_STEP = EditStep(np.array([3, 60_000], np.uint16), np.array([5, 9], np.uint8))
_RECORDS = ((disk.ABOUT, b"{}"), (disk.STROKE, disk.pack_step(_STEP)), (disk.UNDO, b""), (disk.REDO, b""))
_DATA = disk.MAGIC + b"".join(disk.record(kind, content) for kind, content in _RECORDS)
_ENDS = [end for _, _, end in disk.records(_DATA)]


def test_what_is_written_is_read() -> None:
    assert [(kind, content) for kind, content, _ in disk.records(_DATA)] == list(_RECORDS)
    assert _ENDS[-1] == len(_DATA)
    step = disk.unpack_step(disk.pack_step(_STEP))
    np.testing.assert_array_equal(step.places, _STEP.places)
    np.testing.assert_array_equal(step.flips, _STEP.flips)


@given(place=st.integers(len(disk.MAGIC), len(_DATA) - 1), bit=st.integers(0, 7))
def test_a_changed_bit_ends_the_reading_before_its_record(place: int, bit: int) -> None:
    damaged = bytearray(_DATA)
    damaged[place] ^= 1 << bit
    whole = sum(end <= place for end in _ENDS)
    assert [(kind, content) for kind, content, _ in disk.records(bytes(damaged))] == list(_RECORDS[:whole])


def test_an_undo_that_became_a_redo_does_not_count() -> None:
    damaged = _DATA.replace(disk.record(disk.UNDO)[:5], disk.record(disk.REDO)[:5])
    assert [kind for kind, _, _ in disk.records(damaged)] == [disk.ABOUT, disk.STROKE]
