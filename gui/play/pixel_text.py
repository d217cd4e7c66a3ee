"""The line under a view: class, id and probability of the pixel under the mouse."""

from __future__ import annotations

from core.classes import CLASSES
from gui.game.segment_thread import pixel_at
from gui.live.preview import Preview


def read_out(preview: Preview, role: str) -> str:
    """What the view of this role ("raw", "labels", "network") shows at the hovered pixel; "" without one.

    All three are of one frame, the one that was segmented last: the game's own view may be a little ahead of it.
    """
    picture, pixel = preview.picture, preview.hover
    if picture is None or pixel is None:
        return ""
    if role == "raw":
        red, green, blue = (int(v) for v in picture.shot.snapshot.frame[pixel[1], pixel[0]])
        return f"({pixel[0]}, {pixel[1]})   #{red:02x}{green:02x}{blue:02x}"
    class_map = picture.labels if role == "labels" else picture.prediction
    if class_map is None:
        return ""
    column, row = pixel_at(pixel, class_map.shape)
    item = CLASSES[int(class_map[row, column])]
    text = f"{item.name}   id {item.id}"
    return text if role == "labels" else f"{text}   p {_probability(preview)}"  # a rule gives no probability


def _probability(preview: Preview) -> str:
    """The network's, which comes a little after its class."""
    known = preview.probability
    return f"{known[1]:.2f}" if known is not None and known[0] == preview.hover else "…"
