"""Times and sizes for people."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Hours and minutes, or minutes and seconds: "2 h 05 min", "4 min 30 s"."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    return f"{whole // 60} min {whole % 60:02} s"


def counted(count: int, noun: str) -> str:
    """A number of things: "1 frame", "2,048 frames"."""
    return quantity(count, f"{noun}s")


def quantity(value: float, unit: str) -> str:
    """A value with its unit, which is in the plural or "": "1 epoch", "64 agent steps", "0.5"."""
    return f"{value:,} {unit.removesuffix('s') if value == 1 else unit}".rstrip()


def with_minus(number: str) -> str:
    """A formatted number with a minus sign in place of a hyphen: "−1,234"; exponents keep theirs, a zero has none."""
    rest = number.removeprefix("-")
    return f"−{rest}" if rest != number and rest.strip("0.,%") else rest


def time_left(seconds: float | None) -> str:
    """The rest of something under way: "2 h 05 min left"; None while it cannot be told."""
    return "estimating the time left" if seconds is None else f"{duration(seconds)} left"


def gigabytes(count: int) -> str:
    """A number of bytes: "0.75 GB"."""
    return f"{count / 1e9:,.2f} GB"
