"""A shared run travels whole, without what does not belong; nothing that somebody made up gets in."""

from __future__ import annotations

import json
import pickle
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.config.fcn import FcnConfig
from core.dataset.png_files import encode_mask
from core.errors import InputError, RunError
from core.runs import share
from core.runs.checkpoint_files import save_checkpoint
from core.runs.commands import TRAINABLE
from core.runs.curves.growing_table import GrowingTable
from core.runs.curves.metrics import csv_files
from core.runs.run_folder import RunFolder
from core.runs.run_log import read_rows
from core.runs.share import export_run, import_run, shared_files, shared_name

ONNX = b"\x08\x08\x12\x07tf2onnx"
CONFIG = json.dumps(FcnConfig().to_json())


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run with everything a run may have."""
    made = RunFolder.create(tmp_path / "ours" / "net", FcnConfig(seed=3))
    save_checkpoint(made.weights_path, {"a": np.arange(6.0)}, {"epoch": 1})
    made.model_path.write_bytes(ONNX)
    (made.path / "epochs.csv").write_text("epoch,val_miou\n1,0.5\n")
    (made.path / "examples.png").write_bytes(encode_mask(np.zeros((4, 4), np.uint8)))
    made.checkpoints.save_last(5, {"a": np.zeros(3)}, {})
    made.checkpoints.save_last(6, {"a": np.zeros(3)}, {}).rename(
        made.checkpoints.folder / "damaged-step-000000006.safetensors"
    )
    made.checkpoints.save_best({"a": np.ones(3)}, {})
    save_checkpoint(made.checkpoints.folder / "kept-000000100.safetensors", {"a": np.ones(3)}, {})
    save_checkpoint(made.checkpoints.folder / "last.safetensors", {"a": np.ones(3)}, {})
    (made.checkpoints.folder / "replay").mkdir()
    for name in ("train.log", "lock", "stop", "notes.txt", "checkpoints/replay/row-000-0000000.safetensors"):
        (made.path / name).write_bytes(b"here only")
    (made.path / "agent.json").symlink_to(tmp_path / "elsewhere.json")
    return made


def test_a_run_arrives_as_it_left(run: RunFolder, tmp_path: Path) -> None:
    archive, told = tmp_path / "net.zip", []
    export_run(run.path, archive, lambda done: bool(told.append(done)) or True)
    assert told == sorted(told) and told[-1] == 1.0
    assert shared_name(archive) == "net"
    arrived = import_run(archive, tmp_path / "theirs")
    names = {str(path.relative_to(arrived)) for path in arrived.rglob("*") if path.is_file()}
    assert names == set(shared_files(run.path))
    assert names == {
        "config.json", "provenance.json", "status.json", "weights.safetensors", "model.onnx", "epochs.csv",
        "examples.png", "checkpoints/best.safetensors", "checkpoints/kept-000000100.safetensors",
        "checkpoints/last.safetensors",
    }  # fmt: skip
    for name in names:
        assert (arrived / name).read_bytes() == (run.path / name).read_bytes()
    with pytest.raises(InputError, match="is there already"):
        import_run(archive, tmp_path / "theirs")
    assert import_run(archive, tmp_path / "theirs", "net 2").name == "net 2"
    assert sorted(path.name for path in (tmp_path / "theirs").iterdir()) == ["net", "net 2"]


def test_the_curves_of_every_kind_of_run_travel(tmp_path: Path) -> None:
    for kind, config in TRAINABLE.items():
        run = RunFolder.create(tmp_path / kind, config())
        for name in csv_files(kind):
            (run.path / name).write_text("step\n1\n")
        export_run(run.path, tmp_path / f"{kind}.zip")
        arrived = import_run(tmp_path / f"{kind}.zip", tmp_path / "theirs")
        assert {path.name for path in arrived.glob("*.csv")} == set(csv_files(kind)) != set()


@pytest.mark.parametrize("name", ["..", "a/b", "a\\b", "", ".hidden", "a:b", "x" * 101, "dot."])
def test_a_name_cannot_lead_elsewhere(run: RunFolder, tmp_path: Path, name: str) -> None:
    archive = tmp_path / "net.zip"
    export_run(run.path, archive)
    if name:
        with pytest.raises(InputError, match="cannot be a folder's name"):
            import_run(archive, tmp_path / "theirs", name)
        assert not (tmp_path / "theirs").exists()


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


Extra = Callable[[zipfile.ZipFile], None]
WRONG: dict[str, tuple[Extra, str]] = {
    "outside": (lambda z: z.writestr("net/../../evil.json", "{}"), "leads out of"),
    "absolute": (lambda z: z.writestr("/etc/evil.json", "{}"), "leads out of"),
    "drive": (lambda z: z.writestr("C:/evil.json", "{}"), "leads out of"),
    "backslash": (lambda z: z.writestr("net\\..\\evil.json", "{}"), "leads out of"),
    "link": (lambda z: z.writestr(entry("net/agent.json", stat.S_IFLNK | 0o777), "/etc/passwd"), "link or a device"),
    "device": (lambda z: z.writestr(entry("net/agent.json", stat.S_IFCHR | 0o777), ""), "link or a device"),
    "pickle": (lambda z: z.writestr("net/weights.pkl", pickle.dumps([1])), "no file of a shared run"),
    "program": (lambda z: z.writestr("net/run.py", "import os"), "no file of a shared run"),
    "replay elsewhere": (lambda z: z.writestr("net/step-000000005.safetensors", b""), "no file of a shared run"),
    "drive and backslash": (lambda z: z.writestr("C:\\net\\evil.json", "{}"), "leads out of"),
    "deeper": (lambda z: z.writestr("net/checkpoints/a/best.safetensors", b""), "no file of a shared run"),
    "two runs": (lambda z: z.writestr("other/config.json", CONFIG), "holds 2"),
    "twice": (lambda z: z.writestr("net/config.json", CONFIG), "there twice"),
    "hidden pickle": (lambda z: z.writestr("net/weights.safetensors", pickle.dumps([1] * 99)), "holds no arrays"),
    "no network": (lambda z: z.writestr("net/model.onnx", pickle.dumps([1] * 99)), "no ONNX network"),
    "no table": (lambda z: z.writestr("net/epochs.csv", pickle.dumps([1] * 99)), "column names"),
    "no picture": (lambda z: z.writestr("net/examples.png", pickle.dumps([1] * 99)), "no PNG picture"),
    "no json": (lambda z: z.writestr("net/evaluation.json", b"\x80"), "cannot be read as JSON"),
    "wrong notes": (lambda z: z.writestr("net/notes.json", "{}"), "notes.json"),
}


def by_hand(run: Path, archive: Path, rename: Callable[[str], str]) -> None:
    """Zip a run folder as a file manager does: all of it, and what it leaves besides."""
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(run.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.name != "notes.txt":
                file.writestr(rename(path.relative_to(run).as_posix()), path.read_bytes())
        for name in ("config.json", "checkpoints/best.safetensors"):
            file.writestr(f"__MACOSX/net/{Path(name).parent}/._{Path(name).name}", b"\0\5\x16\7")
        for name in (".DS_Store", "checkpoints/Thumbs.db", "desktop.ini", "checkpoints/._best.safetensors"):
            file.writestr(rename(name), b"\0")


@pytest.mark.parametrize(
    ("rename", "name"),
    [
        (lambda name: f"net/{name}", "net"),
        (lambda name: name, "sent"),
        (lambda name: f"runs/net/{name}", "net"),
        (lambda name: f"net\\{name}".replace("/", "\\"), "net"),
    ],
    ids=["with its folder", "without", "with its folder's", "backslashes"],
)
def test_a_folder_that_was_zipped_by_hand_is_taken(
    run: RunFolder, tmp_path: Path, rename: Callable[[str], str], name: str
) -> None:
    archive = tmp_path / "sent.zip"
    (run.path / "evaluations" / "1-1").mkdir(parents=True)
    (run.path / "evaluations" / "1-1" / "evaluation.json").write_text("{}")
    by_hand(run.path, archive, rename)
    assert shared_name(archive) == name
    arrived = import_run(archive, tmp_path / "theirs")
    assert arrived.name == name
    assert sorted(files_of(arrived)) == shared_files(run.path)


def test_files_that_were_saved_again_on_windows_are_read(run: RunFolder, tmp_path: Path) -> None:
    for name in ("config.json", "status.json", "epochs.csv"):
        text = (run.path / name).read_text().replace("\n", "\r\n")
        (run.path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    export_run(run.path, tmp_path / "net.zip")
    arrived = RunFolder(import_run(tmp_path / "net.zip", tmp_path / "theirs"))
    assert arrived.config(FcnConfig) == run.config(FcnConfig)
    table = GrowingTable(arrived.path / "epochs.csv")
    table.read(["epoch"])
    assert table.column("epoch").tolist() == [1.0]
    assert read_rows(arrived.path / "epochs.csv") == [{"epoch": 1.0, "val_miou": 0.5}]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_belong_is_refused_and_nothing_is_left(tmp_path: Path, what: str) -> None:
    archive, theirs = tmp_path / "net.zip", tmp_path / "theirs"
    add, sentence = WRONG[what]
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("net/config.json", CONFIG)
        add(file)
    with pytest.raises(InputError, match=sentence) as caught:
        import_run(archive, theirs)
    assert str(tmp_path / "theirs") not in str(caught.value) and "\n" not in str(caught.value)
    assert not theirs.exists() or not any(theirs.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) in (["net.zip"], ["net.zip", "theirs"])


@pytest.mark.parametrize(
    ("config", "sentence"),
    [(None, "config.json is missing"), ('{"version": 1, "kind": "odd"}', "unknown here"),
     ('{"version": 99, "kind": "fcn"}', "version 99"), ('{"version": 1, "kind": "fcn", "epochs": -1}', "too small")],
)  # fmt: skip
def test_settings_must_be_of_this_program(tmp_path: Path, config: str | None, sentence: str) -> None:
    archive = tmp_path / "net.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("net/status.json", "{}")
        if config is not None:
            file.writestr("net/config.json", config)
    with pytest.raises(InputError, match=sentence):
        import_run(archive, tmp_path / "theirs")


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "net.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:  # 17 MB of nothing in a few KB
        file.writestr("net/config.json", CONFIG)
        file.writestr("net/evaluation.json", b" " * (17 << 20))
    with pytest.raises(InputError, match="at most 16 MB"):
        import_run(archive, tmp_path / "theirs")
    monkeypatch.setattr(share, "COUNT_LIMIT", 1)
    with pytest.raises(InputError, match="2 entries"):
        import_run(archive, tmp_path / "theirs")
    monkeypatch.setattr(share, "COUNT_LIMIT", 9)
    monkeypatch.setattr(share, "TOTAL_LIMIT", 100)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("net/config.json", CONFIG)
    with pytest.raises(InputError, match="unpacked"):
        import_run(archive, tmp_path / "theirs")


@pytest.mark.parametrize("text", [b"", b"no zip", None])
def test_what_is_no_zip(tmp_path: Path, text: bytes | None) -> None:
    archive = tmp_path / "net.zip"
    if text is not None:
        archive.write_bytes(text)
    with pytest.raises(InputError, match="net.zip"):
        import_run(archive, tmp_path / "theirs")


def test_a_damaged_zip_leaves_nothing(run: RunFolder, tmp_path: Path) -> None:
    archive = tmp_path / "net.zip"
    export_run(run.path, archive)
    whole = bytearray(archive.read_bytes())
    for place in range(0, len(whole), 40):  # some places do no harm: times, attributes
        archive.write_bytes(whole[:place] + b"\x55" * 8 + whole[place + 8 :])
        try:
            arrived = import_run(archive, tmp_path / "theirs")
        except (InputError, RunError):
            assert not (tmp_path / "theirs").exists() or not any((tmp_path / "theirs").iterdir())
        else:
            assert all((arrived / name).read_bytes() == (run.path / name).read_bytes() for name in files_of(arrived))
            shutil.rmtree(arrived)
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged or no zip"):
        import_run(archive, tmp_path / "theirs")


def files_of(run: Path) -> list[str]:
    """Paths inside a run folder of its files."""
    return [str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()]


def test_both_can_be_ended(run: RunFolder, tmp_path: Path) -> None:
    archive = tmp_path / "net.zip"
    with pytest.raises(RunError, match="was ended"):
        export_run(run.path, archive, lambda done: False)
    assert not archive.exists()
    export_run(run.path, archive)
    with pytest.raises(RunError, match="was ended"):
        import_run(archive, tmp_path / "theirs", on_progress=lambda done: False)
    assert list((tmp_path / "theirs").iterdir()) == []
    with pytest.raises(InputError, match="no such folder"):
        export_run(tmp_path / "nowhere", archive)
