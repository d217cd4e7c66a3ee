"""The user's commands, shrunk: from nothing to a picture of a segmented frame, and the mistakes on the way."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

import main
from core.classes import CLASS_COUNT
from core.game.rom import Rom

MAIN = Path(__file__).resolve().parents[2] / "main.py"
Run = Callable[..., subprocess.CompletedProcess[str]]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``python main.py`` with these words, in a folder."""
    return subprocess.run([sys.executable, str(MAIN), *words], cwd=folder, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder, but for empty ones (locks)."""
    return {path: data for path in folder.rglob("*") if path.is_file() and (data := path.read_bytes())}


def run_here(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The same in this process: a mistake's kind has one test of the real command, and the others save its second."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main.main(list(words))
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def refused(folder: Path, *words: str, run: Run = run) -> str:
    """The sentence of a command that must leave with status 2, print nothing and change nothing."""
    before = contents(folder)
    result = run(folder, *words)
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    assert contents(folder) == before
    sentence = result.stderr.splitlines()[-1]
    assert sentence.startswith("main.py: ")
    return sentence


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small data set in ``data`` and a network trained on it for one epoch in ``runs``."""
    folder = tmp_path_factory.mktemp("work")
    collected = run(folder, "--collect", "data", "--stacks", "8", "--override", "search_steps=0", "--json")
    assert collected.returncode == 0, collected.stderr
    manifest = json.loads(collected.stdout)["manifest"]
    assert manifest["splits"]["train"]["frames"] > manifest["splits"]["test"]["frames"] > 0
    words = ("--data", "data", "--architecture", "fcn_f4-k3_s2_f4-k3_s2_d8", "--epochs", "1", "--json")
    trained = run(folder, "--train", "fcn", *words)
    assert trained.returncode == 0, trained.stderr
    assert "oneDNN" not in trained.stderr
    document = json.loads(trained.stdout)
    assert document["state"] == "done"
    assert 0 <= document["evaluation"]["accuracy"] <= 1
    (folder / "network").symlink_to(folder / document["run"])
    return folder


@pytest.mark.parametrize(
    ("words", "size"),
    [(("--segmenter", "sprites"), (224, 240)), (("--segmenter", "fcn", "--network", "network"), (84, 84))],
    ids=["sprites", "fcn"],
)
def test_a_folder_of_frames_becomes_a_folder_of_pictures_in_class_colours(
    work: Path, words: tuple[str, ...], size: tuple[int, int]
) -> None:
    out = f"masks-{words[1]}"
    result = run(work, "--segment", "data/frames", *words, "--out", out, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"in": "data/frames", "out": out, "segmenter": words[1]}
    names = [path.name for path in sorted((work / out).iterdir())]
    assert names == [path.name for path in sorted((work / "data" / "frames").iterdir())]
    picture = cv2.imread(str(work / out / names[0]))
    assert picture is not None
    assert picture.shape == (*size, 3)
    assert f"--out: {out} exists" in refused(work, "--segment", "data/frames", *words, "--out", out)


def test_an_array_of_frames_becomes_an_array_of_class_maps(work: Path) -> None:
    frames = np.zeros((3, 224, 240, 3), np.uint8)
    np.save(work / "frames.npy", frames)
    result = run(work, "--segment", "frames.npy", "--segmenter", "fcn", "--network", "network", "--out", "maps.npy")
    assert result.returncode == 0, result.stderr
    maps = np.load(work / "maps.npy")
    assert maps.shape == (3, 84, 84)
    assert maps.dtype == np.uint8
    assert int(maps.max()) < CLASS_COUNT


@pytest.mark.parametrize(
    ("array", "run"),
    [
        (np.zeros((2, 84, 84, 3), np.uint8), run),
        (np.zeros((1, 224, 240, 3), np.float32), run_here),
        (np.zeros(5, np.uint8), run_here),
    ],
)
def test_an_array_of_another_shape_or_type_is_refused(tmp_path: Path, array: np.ndarray, run: Run) -> None:
    np.save(tmp_path / "frames.npy", array)
    words = ("--segment", "frames.npy", "--segmenter", "sprites", "--out", "maps.npy")
    sentence = refused(tmp_path, *words, run=run)
    assert "frames.npy" in sentence
    assert "(N, 224, 240, 3)" in sentence


def test_a_run_and_a_data_set_are_not_written_over(work: Path) -> None:
    assert "network" in refused(work, "--train", "fcn", "--data", "data", "--run", "network")
    assert "data" in refused(work, "--collect", "data", "--stacks", "8")


def test_a_network_with_damaged_weights_is_refused(work: Path, tmp_path: Path) -> None:
    run_folder = tmp_path / "damaged"
    run_folder.mkdir()
    (run_folder / "config.json").write_bytes((work / "network" / "config.json").read_bytes())
    (run_folder / "model.onnx").write_bytes((work / "network" / "model.onnx").read_bytes()[:500])
    np.save(tmp_path / "frames.npy", np.zeros((1, 224, 240, 3), np.uint8))
    words = ("--segmenter", "fcn", "--network", "damaged", "--out", "maps.npy")
    assert "model.onnx" in refused(tmp_path, "--segment", "frames.npy", *words)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    np.save(tmp_path / "frames.npy", np.zeros((1, 224, 240, 3), np.uint8))
    words = ("--segmenter", "fcn", "--network", "empty", "--out", "maps.npy")
    assert "config.json" in refused(tmp_path, "--segment", "frames.npy", *words)


@pytest.fixture
def roms(rom: Rom, tmp_path: Path) -> Path:
    """A folder with files that are not the game."""
    (tmp_path / "short.nes").write_bytes(rom.data[:20_000])
    (tmp_path / "hack.nes").write_bytes(rom.data[:-1] + bytes([rom.data[-1] ^ 1]))
    (tmp_path / "text.nes").write_text("not a game")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "problem", "run"),
    [
        ("short.nes", "is 20,000 bytes long instead of 40,976", run),
        ("hack.nes", "is another game", run_here),
        ("text.nes", "is 10 bytes long instead of 40,976", run_here),
        ("none.nes", "does not exist", run_here),
    ],
)
def test_a_file_that_is_not_the_game_is_refused(roms: Path, name: str, problem: str, run: Run) -> None:
    sentence = refused(roms, "--collect", "data", "--rom", name, run=run)
    assert f"--rom: {name} {problem}" in sentence


@pytest.mark.parametrize(("levels", "run"), [("9-1", run), ("1-5", run_here), ("1-1,x", run_here), ("", run_here)])
def test_an_unknown_level_is_refused(tmp_path: Path, levels: str, run: Run) -> None:
    assert "1-1 to 8-4" in refused(tmp_path, "--collect", "data", "--levels", levels, run=run)


def test_exact_labels_need_stable_retro(tmp_path: Path) -> None:
    sentence = refused(tmp_path, "--collect", "data", "--engine", "nes-py", "--labels", "exact")
    assert "exact needs stable-retro" in sentence


def test_doctor_prints_nothing_but_its_document(tmp_path: Path) -> None:
    result = run(tmp_path, "--doctor", "--json")
    assert result.returncode == 0, result.stderr
    assert {"python", "packages", "engines", "rom", "problems", "ok"} <= set(json.loads(result.stdout))
