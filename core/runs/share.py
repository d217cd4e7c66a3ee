"""A run as one zip, to give away; and such a zip taken in, which may come from anybody, so nothing in it is trusted.

What travels: settings, curves, notes, scores, examples, the kept weights, and exported networks. What stays: full
checkpoints and replay (they are large and of use here only), the log (it may name folders of this machine), starts
along a level.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from safetensors import SafetensorError, safe_open

from core.errors import InputError, RunError, refusal
from core.files import is_leaving, new_folder, replace_file
from core.runs.commands import TRAINABLE
from core.runs.curves.metrics import KIND_NAMES, csv_files
from core.runs.json_files import read_json
from core.runs.notes import read_notes
from core.runs.run_folder import CONFIG_NAME, RunFolder

MB = 1 << 20
TOTAL_LIMIT = 4096 * MB  # of all files of a zip, unpacked
COUNT_LIMIT = 1000  # entries

_CURVES = "|".join(re.escape(name) for kind in KIND_NAMES for name in csv_files(kind))
_ALLOWED: tuple[tuple[str, int], ...] = (
    (r"(config|provenance|status|evaluation|agent|notes)\.json|examples\.png", 16 * MB),
    (_CURVES, 1024 * MB),
    (r"(weights\.safetensors|model\.onnx)", 1024 * MB),
    (r"checkpoints/(best|last|kept-\d{9})\.(safetensors|onnx)", 1024 * MB),
    (r"encoder/(config|features)\.json", 16 * MB),
    (r"encoder/epochs\.csv", 1024 * MB),
    (r"encoder/(weights\.safetensors|model\.onnx)", 1024 * MB),
)
"""Which files of a run travel, as patterns of their path inside it, and how large each may be, in bytes."""
_STAYS = re.compile(
    r"train\.log|lock|stop|trial\.json|starts\.safetensors|(tensorboard|evaluations)/.+|(.+/)?\.[^/]+\.tmp"
    r"|checkpoints/((damaged-)?step-\d{9}\.safetensors|replay/row-\d+-\d+\.safetensors)"
)
"""What a run folder may hold besides, and a zip of it that somebody made by hand; it is passed over."""

_NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f.][^\\/:*?\"<>|\x00-\x1f]{0,99}")
_BLOCK = MB
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, UnicodeError)  # what zipfile raises


def shared_files(run: Path) -> list[str]:
    """Paths inside a run folder of what would travel, in order; links are left out."""
    found = []
    for path in sorted(run.rglob("*")):
        inside = path.relative_to(run)
        parents = (run / part for part in inside.parents)
        is_link = path.is_symlink() or any(parent.is_symlink() for parent in parents if parent != run)
        if not is_link and path.is_file() and _limit(inside.as_posix()) is not None:
            found.append(inside.as_posix())
    return found


def _limit(inside: str) -> int | None:
    return next((limit for pattern, limit in _ALLOWED if re.fullmatch(pattern, inside)), None)


def export_run(run: Path, target: Path, on_progress: Callable[[float], bool] = lambda share: True) -> None:
    """Write a run as one zip, whole or not at all; a file that is there is replaced.

    Args:
        run: the run folder.
        target: the zip.
        on_progress: told the share that is done, 0 to 1; False from it ends the work, and nothing is left.

    Raises:
        InputError: no run is there.
        RunError: the zip could not be written, or a file of the run not be read, or the work was ended.
    """
    RunFolder.open(run)
    names, root = shared_files(run), re.sub("[\udc80-\udcff]", "_", run.name)  # names in a zip are UTF-8
    total = max(sum((run / name).stat().st_size for name in names), 1)
    done = 0

    def write(temporary: Path) -> None:
        nonlocal done
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for name in names:
                entry = zipfile.ZipInfo.from_file(run / name, f"{root}/{name}", strict_timestamps=False)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with (run / name).open("rb") as source, archive.open(entry, "w", force_zip64=True) as sink:
                    while block := source.read(_BLOCK):
                        sink.write(block)
                        done += len(block)
                        if not on_progress(min(done / total, 1.0)):
                            raise RunError("sharing was ended before the zip was whole")

    replace_file(target, write)


def import_run(
    archive: Path, folder: Path, name: str = "", on_progress: Callable[[float], bool] = lambda share: True
) -> Path:
    """Unpack a shared run into a folder of runs; everything is checked before it appears there.

    Args:
        archive: the zip.
        folder: of runs; made if need be.
        name: of the new run folder; the one in the zip unless given.
        on_progress: as in ``export_run``.

    Returns:
        The new run folder.

    Raises:
        InputError: the zip is no shared run, holds anything that does not belong there, or a run of that name is there.
        RunError: the disk is full, or the work was ended; nothing is left.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            inside, entries = _checked(file, archive)
            target = folder / _checked_name(name or inside)
            if target.exists():
                raise InputError(f"{target}: a run of this name is there already; give the new one another name")
            folder.mkdir(parents=True, exist_ok=True)
            _unpack(file, archive, entries, target, on_progress)
    except FileNotFoundError:
        raise InputError(f"{archive}: there is no such file") from None
    except _DAMAGED as error:
        raise InputError(f"{archive}: the file is damaged or no zip ({error})") from None
    except OSError as error:
        raise RunError(f"{archive}: cannot be unpacked ({refusal(error)}); nothing is left of it") from error
    return target


def shared_name(archive: Path) -> str:
    """Name of the run in a zip; InputError when it is no shared run, as ``import_run`` would say."""
    try:
        with zipfile.ZipFile(archive) as file:
            return _checked(file, archive)[0]
    except OSError as error:
        raise InputError(f"{archive}: the file cannot be read ({error.strerror or error})") from None
    except _DAMAGED as error:
        raise InputError(f"{archive}: the file is damaged or no zip ({error})") from None


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
        raise InputError(f"name: {name!r} cannot be a folder's name; 1 to 100 letters, digits, dots and dashes can")
    return name


def _checked(file: zipfile.ZipFile, archive: Path) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The run's name and its entries by their path inside it; InputError for anything that does not belong there.

    The zip may be one that somebody made of a run folder by hand, with the folder around or without it.
    """
    found = [(_checked_path(info, archive), info) for info in file.infolist()]
    files = [(path, info) for path, info in found if not any(map(is_leaving, path.parts)) and not _is_folder(info)]
    root = _root([path for path, _ in files], archive)
    files = [(path, info) for path, info in files if not _STAYS.fullmatch(path.relative_to(root).as_posix())]
    if len(files) > COUNT_LIMIT:
        raise InputError(f"{archive}: {len(files):,} entries; a shared run has at most {COUNT_LIMIT:,}")
    entries: dict[str, zipfile.ZipInfo] = {}
    for path, info in files:
        inside = path.relative_to(root).as_posix()
        limit = _limit(inside)
        if limit is None:
            raise InputError(f"{archive}: {path} is no file of a shared run, so nothing was unpacked")
        if inside in entries:
            raise InputError(f"{archive}: {path} is there twice")
        if info.file_size > limit:
            raise InputError(f"{archive}: {path} has {_mb(info.file_size)}; at most {_mb(limit)} are allowed")
        entries[inside] = info
    total = sum(info.file_size for info in entries.values())
    if total > TOTAL_LIMIT:
        raise InputError(f"{archive}: {_mb(total)} unpacked; at most {_mb(TOTAL_LIMIT)} are allowed")
    return root.name or archive.stem, entries


def _root(paths: Sequence[PurePosixPath], archive: Path) -> PurePosixPath:
    """The run's folder within the zip, "." for the zip itself: that of its settings; an encoder's lie deeper."""
    roots = [path.parent for path in paths if path.name == CONFIG_NAME]
    if not roots:
        raise InputError(f"{archive}: {CONFIG_NAME} is missing, so this is no shared run")
    root = min(roots, key=lambda path: len(path.parts))
    beside = {path.parts[: len(root.parts)] for path in paths}
    if len(beside) != 1:
        raise InputError(f"{archive}: a shared run is one folder; this holds {len(beside)}")
    return root


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.orig_filename.endswith(("/", "\\"))


def _checked_path(info: zipfile.ZipInfo, archive: Path) -> PurePosixPath:
    """The path of an entry; InputError for one that leads out of the folder, a link, or a locked entry."""
    # orig_filename is what the zip says; filename what Python made of it. Some programs of Windows write backslashes.
    name = info.orig_filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.search(r"[:\x00]", name) or not path.parts:
        raise InputError(f"{archive}: {name!r} leads out of the run's folder, so nothing was unpacked")
    mode = info.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise InputError(f"{archive}: {name} is a link or a device, so nothing was unpacked")
    if info.flag_bits & 1:
        raise InputError(f"{archive}: {name} is locked by a password; share the run without one")
    return path


def _mb(size: int) -> str:
    return f"{size / MB:,.0f} MB"


def _unpack(
    file: zipfile.ZipFile,
    archive: Path,
    entries: dict[str, zipfile.ZipInfo],
    target: Path,
    on_progress: Callable[[float], bool],
) -> None:
    """Unpack beside the target, check what is there, move it into place."""
    total, done = max(sum(info.file_size for info in entries.values()), 1), 0
    with new_folder(target) as root:
        for inside, info in entries.items():
            path = root / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            with file.open(info) as source, path.open("wb") as sink:
                left = info.file_size
                while block := source.read(_BLOCK):
                    left -= len(block)
                    if left < 0:  # whatever the entry's head says, no more than that reaches the disk
                        raise InputError(f"{archive}: {info.filename} is larger than it says")
                    sink.write(block)
                    done += len(block)
                    if not on_progress(min(done / total, 1.0)):
                        raise RunError("the import was ended; nothing is left of it")
        try:
            _check_contents(root)
        except InputError as error:
            raise InputError(f"{archive}: {str(error).replace(str(root), target.name)}") from None


def _check_contents(root: Path) -> None:
    """InputError unless every file is what its name says."""
    run = RunFolder(root)
    if run.kind not in TRAINABLE:
        raise InputError(f"{root / CONFIG_NAME}: a run of kind {run.kind!r} is unknown here")
    run.config(TRAINABLE[run.kind])
    for read in (run.status, run.provenance, run.evaluation, lambda: read_notes(root)):
        read()
    for path in sorted(root.rglob("*")):
        if path.suffix == ".json":
            read_json(path)
        elif path.suffix == ".safetensors":
            _check_arrays(path)
        elif path.suffix in (".csv", ".onnx", ".png"):
            with path.open("rb") as file:
                _check_start(path, file)


def _check_arrays(path: Path) -> None:
    try:
        with safe_open(path, "numpy") as file:
            file.keys()
    except SafetensorError as error:
        raise InputError(f"{path}: the file holds no arrays ({error})") from None


def _check_start(path: Path, file: BinaryIO) -> None:
    """A CSV begins with a line of names, others with bytes of their format; a pickle or a program does not."""
    start = file.read(512)
    if path.suffix == ".onnx" and not start.startswith(b"\x08"):
        raise InputError(f"{path}: the file is no ONNX network")
    if path.suffix == ".png" and not start.startswith(b"\x89PNG\r\n\x1a\n"):
        raise InputError(f"{path}: the file is no PNG picture")
    if path.suffix == ".csv" and start and not re.match(rb"(\xef\xbb\xbf)?[A-Za-z_][\w,]*(\r?\n|[\w,]*$)", start):
        raise InputError(f"{path}: the file does not begin with a line of column names")
