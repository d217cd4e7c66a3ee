"""Who labels frames: the two segmenters that need no network, by their names in settings and flags."""

from __future__ import annotations

from core.errors import InputError
from core.game.emulator import Emulator
from core.game.rom import Rom
from core.segmentation.exact.segmenter import ExactSegmenter
from core.segmentation.segmenter import Segmenter
from core.segmentation.sprites.matcher import SpriteMatcher


def make_labeller(labels: str, rom: Rom) -> Segmenter:
    """The segmenter "exact" or "sprites"; InputError on another word."""
    if labels == "exact":
        return ExactSegmenter(rom)
    if labels == "sprites":
        return SpriteMatcher(rom)
    raise InputError(f"--labels: {labels!r} is not allowed; choose exact or sprites")


def check_labels(labels: str, emulator: Emulator) -> None:
    """InputError when an emulator cannot serve these labels."""
    if labels == "exact" and not emulator.has_exact_memory:
        raise InputError(f"--labels: exact needs stable-retro; on {emulator.name} choose --labels sprites")
