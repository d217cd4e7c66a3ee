"""Where things lie: one rule for the command line and the window.

Runs, data sets and evaluations of shipped agents lie in a *home* folder: the working directory, as with every program
of a terminal. Where that cannot be written (a read-only checkout), or where nobody works (a desktop icon starts
programs in the user's own folder or at the root of the disk), it is the user's data folder for this program. A folder
that already holds runs, data sets or evaluations is somebody's, wherever it is; so is the program's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from core.errors import InputError

PROGRAM = Path(__file__).resolve().parents[1]
"""The folder with main.py."""
SHIPPED = PROGRAM / "saved_agents"
"""The runs that come with the program."""


def home_folder() -> Path:
    """The home folder, as it is seen from the working directory: "." where it is that."""
    here = Path.cwd()
    if os.access(here, os.W_OK) and not _is_nobodys(here):
        return Path()
    from platformdirs import user_data_path  # here: the doctor works without any package

    return user_data_path("mario-workbench", appauthor=False)


def _is_nobodys(here: Path) -> bool:
    """Whether nobody has chosen to work here."""
    if here == PROGRAM or any((here / name).is_dir() for name in ("runs", "data", "evaluations")):
        return False
    try:
        return here in (Path.home().resolve(), Path(here.anchor))
    except RuntimeError:  # a user without a folder
        return here == Path(here.anchor)


def runs_folder() -> Path:
    """Where trainings put their runs unless told otherwise."""
    return home_folder() / "runs"


def data_folder() -> Path:
    """Where data sets are made and looked for."""
    return home_folder() / "data"


def evaluations_folder(run: Path) -> Path:
    """Where new evaluations of a run go: inside it; for one that is shipped, into the home folder.

    The program's own folder may be a checkout, or not writable: what somebody measures does not belong there.
    """
    is_shipped = run.resolve().is_relative_to(SHIPPED)
    return home_folder() / "evaluations" / run.resolve().name if is_shipped else run / "evaluations"


def evaluation_folders(run: Path) -> tuple[Path, ...]:
    """Where evaluations of a run may lie: inside it, and where new ones go."""
    return tuple(dict.fromkeys((run / "evaluations", evaluations_folder(run))))


def make_first(parent: Path, names: Iterable[str]) -> Path:
    """Make the first folder of these names that is not there yet; looking and making are one step for other programs.

    Raises:
        InputError: it cannot be made.
    """
    for name in names:
        try:
            (parent / name).mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise InputError(f"{parent / name}: the folder cannot be made ({error.strerror or error})") from None
        return parent / name
    raise InputError(f"{parent}: no name of a folder is left there; name one that is new")


def seen_from(folder: Path, path: str) -> str:
    """A path as seen from a run folder, so that nothing inside names a place on this machine; "" stays "".

    It leads there however the folder is opened: the system follows links before it goes up, names alone do not tell
    where ".." leads.
    """
    if not path:
        return ""
    target, start = os.path.realpath(path), os.path.realpath(folder)
    try:
        seen = os.path.relpath(path, folder)
        if os.path.realpath(Path(start, seen)) != target:
            seen = os.path.relpath(target, start)
    except ValueError:  # on another drive of Windows
        seen = target
    return Path(seen).as_posix()


def seen_at(folder: Path, path: str) -> Path:
    """Where a path lies that is seen from a folder.

    Where nothing is there, it is looked for by the names alone: the folder was moved, and a link stands in its place.
    """
    place = folder / path
    by_name = Path(os.path.normpath(place.absolute()))
    return by_name if by_name.exists() and not place.exists() else place


def whole_path(path: Path) -> Path:
    """The same place from the root on and without "..": by its name, unless a link stands before one."""
    by_name, place = os.path.normpath(Path.cwd() / path), os.path.realpath(path)
    return Path(by_name if os.path.realpath(by_name) == place else place)
