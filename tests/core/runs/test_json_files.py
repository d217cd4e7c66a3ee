"""Whatever the JSON files of a run hold, they are read whole or refused in a sentence that names the file."""

from __future__ import annotations

import json
import logging
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.runs.index import RunIndex
from core.runs.json_files import OBJECT, TEXT, check_fields, finite, list_of, number, one_of, or_null, read_json, whole
from core.runs.notes import read_notes
from core.runs.queue import QueueFile, Waiting
from core.runs.run_folder import RunFolder
from core.runs.share import export_run, import_run
from core.runs.state import observe, tried
from core.runs.supervisor import Supervisor

Read = Callable[[Path], object]
READERS: dict[str, Read] = {
    "config.json": lambda run: RunFolder(run).config(DdqnConfig),
    "status.json": lambda run: RunFolder(run).status(),
    "provenance.json": lambda run: RunFolder(run).provenance(),
    "evaluation.json": lambda run: RunFolder(run).evaluation(),
    "notes.json": read_notes,
    "queue.json": lambda run: QueueFile(run).read(),
}
WHOLE: dict[str, dict[str, Any]] = {
    "config.json": DdqnConfig().to_json(),
    "status.json": {
        "state": "running",
        "pid": 4_194_307,
        "heartbeat": 5.0,
        "progress": 0.5,
        "time_left": None,
        "error": "",
    },
    "provenance.json": {"started": "2026-11-22T18:04:43+00:00", "engine": "stable-retro", "cores": 2},
    "evaluation.json": {"step": 5, "miou": 0.5, "x": {"mean": 700.5}},
    "notes.json": {"version": 1, "name": "a", "tags": ["b"], "note": ""},
    "queue.json": {
        "version": 1,
        "held": False,
        "waiting": [
            {"name": "a", "kind": "fcn", "settings": FcnConfig().to_json(), "machine": {"threads": 2}, "changes": {}}
        ],
        "launched": [{"name": "b", "kind": "ddqn", "pid": 3, "begun": 5.0, "error": ""}],
    },
}
STATUS = WHOLE["status.json"]
WAITING, LAUNCHED = WHOLE["queue.json"]["waiting"][0], WHOLE["queue.json"]["launched"][0]
HUGE = 10**400

MALFORMED: list[tuple[str, Any]] = [
    *((name, text) for name in READERS for text in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000)),
    *(("status.json", {**STATUS, "pid": pid}) for pid in ("1234", 1.5, True, None, -1, 2**32, HUGE, [1])),
    *(("status.json", {**STATUS, "state": state}) for state in ("odd", "", 5, None, ["done"], {"done": 1}, "stopping")),
    *(("status.json", {**STATUS, "heartbeat": time}) for time in ("now", None, -1, 1e300, HUGE, float("nan"))),
    *(("status.json", {**STATUS, "progress": share}) for share in ("0.5", None, 1.5, -0.1, float("inf"))),
    *(("status.json", {**STATUS, "time_left": left}) for left in ("1", -1, float("inf"), [1], HUGE)),
    *(("status.json", {**STATUS, "error": error}) for error in (None, 5, ["a"], "\ud800")),
    ("status.json", {"state": "running"}),
    ("status.json", {**STATUS, "mood": "good"}),
    *(("config.json", {**WHOLE["config.json"], "kind": kind}) for kind in (5, None, ["ddqn"], {}, "odd")),
    ("config.json", {**WHOLE["config.json"], "gamma": float("nan")}),
    *(("provenance.json", {name: value}) for name in ("started", "engine") for value in (5, None, [], "\0")),
    *(("evaluation.json", {"miou": miou}) for miou in ("0.5", None, True, 2, HUGE, float("nan"))),
    *(("evaluation.json", {"x": x}) for x in (5, None, [], {"mean": "5"}, {"mean": None}, {"mean": HUGE})),
    *(("notes.json", {"version": version}) for version in (0, 2, "1", True, None)),
    *(("notes.json", {"version": 1, "tags": tags}) for tags in ("a", [1], None, {"a": 1}, ["a,b"], ["\ud800"])),
    ("queue.json", {"version": 1}),
    *(("queue.json", {**WHOLE["queue.json"], "version": version}) for version in ("1", None, 99, [])),
    *(("queue.json", {**WHOLE["queue.json"], "held": held}) for held in (None, "no", 1)),
    *(("queue.json", {**WHOLE["queue.json"], part: value}) for part in ("waiting", "launched")
      for value in (None, {}, "a", [1], [None], [[]], [{}])),
    *(("queue.json", {**WHOLE["queue.json"], "waiting": [{**WAITING, name: value}]})
      for name, value in (("name", 5), ("name", ""), ("name", "a\0"), ("kind", ["fcn"]), ("kind", "odd"),
                          ("settings", []), ("settings", {}), ("machine", None), ("machine", {"threads": "2"}),
                          ("machine", {"odd": 1}), ("changes", None), ("changes", [1]))),
    *(("queue.json", {**WHOLE["queue.json"], "launched": [{**LAUNCHED, name: value}]})
      for name, value in (("name", None), ("kind", {}), ("pid", "3"), ("pid", -3), ("begun", "x"), ("begun", HUGE),
                          ("error", None), ("odd", 1))),
]  # fmt: skip


def _write(run: Path, name: str, content: Any) -> Path:
    run.mkdir(exist_ok=True)
    path = run / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def _run(folder: Path, name: str, content: Any) -> Path:
    """A run whose files are whole but one."""
    for other in WHOLE:
        _write(folder, other, WHOLE[other])
    _write(folder, name, content)
    return folder


def test_names_that_are_no_utf_8_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes of a name that are no UTF-8 are lone surrogates to Python (PEP 383)."""
    monkeypatch.setattr(logging.getLogger("core"), "propagate", False)  # xdist cannot send them to where reports go
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    run = RunFolder.create(folder / os.fsdecode(b"r\xff"), FcnConfig(data=str(folder)), command=["--data", "caf\udce9"])
    with run.writing():
        logging.getLogger("core").info("data %s", folder)
    assert run.config(FcnConfig).data == str(folder) and run.provenance()["command"] == ["--data", "caf\udce9"]
    assert observe(run.path).state == "starting" and [len(found.changed) for found in RunIndex([folder]).scan()] == [1]
    with QueueFile(folder).change() as queue:
        queue.waiting.append(Waiting(run.path.name, "fcn", FcnConfig(data=str(folder / "set"))))
    (item,) = QueueFile(folder).read().waiting
    assert item.name == run.path.name and item.config == FcnConfig(data=str(folder / "set"))
    export_run(run.path, folder / "a.zip")
    assert import_run(folder / "a.zip", folder / "theirs").name == "r_"


@pytest.mark.parametrize("name", READERS)
def test_whole_files_are_read(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name, WHOLE[name])
    READERS[name](tmp_path)


@pytest.mark.parametrize(("name", "content"), MALFORMED, ids=str)
def test_malformed_files_are_refused_in_a_sentence(tmp_path: Path, name: str, content: Any) -> None:
    path = _write(tmp_path, name, content)
    with pytest.raises(InputError) as caught:
        READERS[name](tmp_path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize(("name", "content"), MALFORMED, ids=str)
def test_malformed_files_are_told_wherever_runs_are_looked_at(tmp_path: Path, name: str, content: Any) -> None:
    run = _run(tmp_path / "run", name, content)
    (run / "queue.json").replace(tmp_path / "queue.json")
    supervisor, index = Supervisor(tmp_path, ("no program",)), RunIndex([tmp_path])
    list(index.scan())
    if name == "queue.json":
        assert name in supervisor.tick().problem
    elif name == "config.json" and observe(run).kind:
        assert index.runs[run].state == observe(run).state == "interrupted", "its values are for whoever trains it"
    else:
        assert name in index.runs[run].problem
        is_needed = name in ("config.json", "status.json")
        assert (index.runs[run].state == "damaged") == (observe(run).state == "damaged") == is_needed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200)
@given(data=st.data(), name=st.sampled_from(sorted(READERS)))
def test_any_value_in_any_field_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, name: str
) -> None:
    content = dict(WHOLE[name])
    content[data.draw(st.sampled_from(sorted(content)) | st.text(max_size=5))] = data.draw(JSON)
    run = tmp_path_factory.mktemp("runs") / "run"
    _run(run, name, content)
    _, problem = tried(lambda: READERS[name](run))
    assert problem == "" or str(run / name) in problem
    index = RunIndex([run.parent])
    list(index.scan())
    assert index.runs[run].state == observe(run).state


def test_a_shared_run_with_a_malformed_status_is_refused(tmp_path: Path) -> None:
    archive, theirs = tmp_path / "a.zip", tmp_path / "theirs"
    for name in ("status.json", "provenance.json", "evaluation.json", "notes.json"):
        content = next(value for of, value in MALFORMED if of == name and isinstance(value, dict))
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("a1/config.json", json.dumps(WHOLE["config.json"]))
            file.writestr(f"a1/{name}", json.dumps(content))
        with pytest.raises(InputError, match=f"a1/{name}: .* was expected"):
            import_run(archive, theirs)
        assert list(theirs.iterdir()) == []


def test_rules() -> None:
    rules = {"a": one_of("x", "y"), "b": list_of(whole(1, 3), least=1), "c": or_null(number(0)), "d": TEXT, "e": OBJECT}
    good = {"a": "x", "b": [1, 3], "c": None, "d": "", "e": {}}
    check_fields(good, "here", rules)
    for name, value, wanted in (
        ("a", "z", "one of x, y"), ("b", [], "a list"), ("b", [4], "from 1 to 3"), ("b", [1.0], "a whole number"),
        ("c", -1, "at least 0, or null"), ("d", b"", "a text"), ("e", [], "an object"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=f"here: {name} is .*{wanted}.* was expected"):
            check_fields({**good, name: value}, "here", rules)
    with pytest.raises(InputError, match="here: a is missing; one of x, y was expected"):
        check_fields({}, "here", rules)
    with pytest.raises(InputError, match="here: unknown field 'f'; the fields are a, b"):
        check_fields({**good, "f": 1}, "here", rules)
    check_fields({**good, "f": 1}, "here", rules, allow_others=True)
    assert finite({"x": {"mean": 5}}, "x", "mean") == 5.0
    assert finite({"x": 5}, "x", "mean") is finite({"x": True}, "x") is finite({}, "x") is None


def test_no_file_is_none_and_a_folder_is_a_sentence(tmp_path: Path) -> None:
    assert read_json(tmp_path / "a.json") is None
    (tmp_path / "a.json").mkdir()
    with pytest.raises(InputError, match="cannot be read as JSON"):
        read_json(tmp_path / "a.json")
