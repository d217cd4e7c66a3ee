"""What every segmenter is to the rest of the program."""

from __future__ import annotations

from typing import Literal, Protocol

from core.frame import ClassMap, Snapshot

SegmenterKind = Literal["sprites", "exact", "fcn"]


class Segmenter(Protocol):
    """Turns a snapshot into a class map.

    Attributes:
        kind: "sprites" (pixels only), "exact" (emulator state) or "fcn" (a network).
    """

    kind: SegmenterKind

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Class of each pixel, a new uint8 (224, 240), or (84, 84) for a network of that size.

        Frames outside play (title, black screens, changes of area) are all background. SegmentationError when the
        snapshot lacks what this kind needs.
        """


class SegmentationError(RuntimeError):
    """This snapshot cannot be segmented this way; the message says what is missing."""
