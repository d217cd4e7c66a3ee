"""What the program says never stops it, wherever it goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli.streams import steady_text

ROOT = Path(__file__).resolve().parents[3]
TEXT = "ε 0.25 ± 1 … \udc80\n"  # the last one stands for a byte of a file's name that is no UTF-8


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("utf-8", "ε 0.25 ± 1 … ?\n"), ("ascii", "? 0.25 ? 1 ? ?\n"), ("cp437", "ε 0.25 ± 1 ? ?\n"),
     ("latin-1", "? 0.25 ± 1 ? ?\n")],
)  # fmt: skip
def test_characters_that_an_encoding_lacks_are_replaced(tmp_path: Path, encoding: str, written: str) -> None:
    with (tmp_path / "out").open("wb") as file:
        found = open(file.fileno(), "w", encoding=encoding, closefd=False)  # noqa: SIM115  # as Python makes it
        print(TEXT, end="", file=steady_text(file.fileno(), found), flush=True)
    assert (tmp_path / "out").read_bytes() == written.encode(encoding)


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_reader_that_has_gone_stops_nothing(is_heard: bool) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = steady_text(writing, None, is_heard=is_heard)
    for _ in range(3):
        print("x" * 100_000, file=stream, flush=True)
    os.close(writing)


def test_a_terminal_that_is_closed_stops_nothing() -> None:
    pty = pytest.importorskip("pty")
    outer, inner = pty.openpty()
    stream = steady_text(inner, None)
    assert stream.isatty()
    os.close(outer)
    for _ in range(3):
        print("still here", file=stream, flush=True)
    os.close(inner)


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_full_disk_is_told_once_where_something_is_lost(is_heard: bool) -> None:
    with Path("/dev/full").open("wb", buffering=0) as file:
        stream = steady_text(file.fileno(), None, is_heard=is_heard)
        if is_heard:
            with pytest.raises(OSError, match="No space left"):
                print("figures", file=stream, flush=True)
        print("more figures", file=stream, flush=True)


def test_what_another_program_told_not_to_wait_waits() -> None:
    """Some programs leave a terminal or a pipe that way."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    count = [sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"]
    reader = subprocess.Popen(count, stdin=reading, stdout=subprocess.PIPE)
    os.close(reading)
    print("x" * 10**6, end="", file=steady_text(writing, None), flush=True)
    os.close(writing)
    assert int(reader.communicate()[0]) == 10**6


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_a_process_without_them_writes_nothing_into_its_files(tmp_path: Path, closed: tuple[int, ...]) -> None:
    code = (
        "import os, sys; from core.cli.streams import steady_streams; steady_streams(); file = open(sys.argv[1], 'w');"
        "print('said'); print('said', file=sys.stderr); os.write(2, b'said below Python'); sys.stdout.flush();"
        "import subprocess; subprocess.run([sys.executable, '-c', 'print(1)'], check=True); file.write('kept')"
    )
    # A shell closes them as a user does; a process that Python starts gets them again.
    redirections = " ".join(f"{number}>&-" for number in closed)
    command = ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-c", code, str(tmp_path / "file")]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert (tmp_path / "file").read_text() == "kept"
