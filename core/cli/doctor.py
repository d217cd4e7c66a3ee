"""What is installed, what is missing, and the exact command that gets it.

Only the standard library is needed here: this must work when half of the packages are missing.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.errors import InputError, sentence_of
from core.keras_backend import backend, missing_backend
from core.locations import PROGRAM, SHIPPED, home_folder
from core.runs.provenance import processor_name

if TYPE_CHECKING:
    from core.game.rom import Rom

_PIP = "pip install -r requirements.txt"
_RETRO_WITHOUT_DEPENDENCIES = "pip install --no-deps 'stable-retro>=1.0,<1.1'"  # Python 3.13; see requirements.txt
_TRY_ENGINE = (
    "import sys; from core.game.engines import make_emulator as m; from core.game.level import Level as l; "
    "e = m(sys.argv[1], sys.argv[2] or None); e.enter(l(1, 1)); e.close()"
)
_TRY_SECONDS = 60.0


def examine(rom: Path | None = None) -> dict[str, Any]:
    """Look at everything.

    Args:
        rom: ROM to check in place of the packaged one.

    Returns:
        Plain values: program, python, machine, packages, engines, rom, libraries, display, backend (of Keras),
        networks, home; "problems", each a dict of "problem" and "fix"; and "ok", whether there are none.
    """
    findings: dict[str, Any] = {
        "program": __version__,
        "python": _python(),
        "machine": machine(),
        "packages": packages(),
        "rom": _rom(rom),
        "libraries": _libraries(),
        "display": has_display(),
        "backend": {"name": backend(), "ok": missing_backend() is None},
        "networks": _networks(SHIPPED),
        "home": _home(),
    }
    findings["engines"] = [_engine(name, rom) for name in ("stable-retro", "nes-py")]
    findings["problems"] = _problems(findings)
    findings["ok"] = not findings["problems"]
    return findings


def report(findings: dict[str, Any]) -> str:
    """The findings as lines for people."""
    python, computer = findings["python"], findings["machine"]
    memory = f", {computer['memory_gb']:g} GB of memory" if computer["memory_gb"] else ""
    lines = [
        f"program    {findings['program']}",
        f"python     {python['version']} {_mark(python['ok'])}",
        f"machine    {computer['system']}; {computer['processor']}, {computer['cores']} cores{memory}",
        "packages",
        *(_package_line(package) for package in findings["packages"]),
        f"backend    {_mark(findings['backend']['ok'])} {findings['backend']['name']}",
        "engines",
        *(f"  {e['name']:<26}{_mark(e['ok'])} {e['problem']}".rstrip() for e in findings["engines"]),
        f"rom        {_mark(findings['rom']['ok'])} {_rom_line(findings['rom'])}",
        f"libraries  {_libraries_line(findings['libraries'])}",
        f"display    {'found' if findings['display'] else 'none'}",
        f"home       {_home_path()}: runs, data sets and evaluations of shipped agents lie there",
        "networks",
        *([f"  {name}" for name in findings["networks"]] or ["  none in saved_agents"]),
    ]
    lines.append("")
    for problem in findings["problems"]:
        lines += [problem["problem"], f"    {problem['fix']}"]
    if not findings["problems"]:
        lines.append("Nothing is missing.")
    return "\n".join(lines)


def _home() -> str:
    """Where runs lie, in words that name no folder."""
    try:
        return "working directory" if home_folder() == Path() else "user data folder"
    except ImportError:  # the package that knows where it is is not installed yet
        return "user data folder"


def _home_path() -> str:
    try:
        return str(home_folder().resolve())
    except ImportError:
        return _home()


def machine() -> dict[str, Any]:
    """The machine: its system, processor, cores and memory in GB (None where it cannot be told); never its name."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
    }


def window_obstacle() -> str | None:
    """One sentence on why the window cannot open here, with the command that helps; None when it should open."""
    if importlib.util.find_spec("PySide6") is None:
        return f"the window needs PySide6, which is not installed; {_PIP}"
    if not sys.platform.startswith("linux"):
        return None
    if not has_display():
        return "the window needs a display and there is none here; commands like --train work without (see --help)"
    platform_name = os.environ.get("QT_QPA_PLATFORM", "")
    on_x11 = platform_name == "xcb" or not (platform_name or os.environ.get("WAYLAND_DISPLAY"))
    missing = [item for item in _libraries() if not item["ok"] and (on_x11 or "xcb" not in item["name"])]
    if not missing:
        return None
    return f"the window needs {missing[0]['name']}, which is missing; {apt_line(missing)}"


def has_display() -> bool:
    """Whether Qt can show a window: a display is named, or a Qt platform chosen; always so outside Linux."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def apt_line(libraries: list[dict[str, Any]]) -> str:
    """The command that installs the Debian packages of missing libraries."""
    return "sudo apt-get install " + " ".join(item["package"] for item in libraries)


def _mark(good: bool) -> str:
    return "ok" if good else "PROBLEM"


def _package_line(package: dict[str, Any]) -> str:
    version = package["version"] or "missing"
    mark = _mark(package["ok"]) + ("" if package["ok"] else f" (tested: {package['tested']})")
    return f"  {package['name']:<26}{version:<12}{mark}"


def _libraries_line(libraries: list[dict[str, Any]]) -> str:
    missing = [item["name"] for item in libraries if not item["ok"]]
    return "PROBLEM missing: " + ", ".join(missing) if missing else "ok"


def _rom_line(rom: dict[str, Any]) -> str:
    if rom["problem"]:
        return str(rom["problem"])
    note = "" if rom["tested"] else ": never tested; please send us what --doctor --json says"
    return f"{rom['sha1']} {rom['revision']}{note}"


def _python() -> dict[str, Any]:
    return {"version": platform.python_version(), "ok": (3, 11) <= sys.version_info[:2] <= (3, 13)}


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):  # Windows
        return None


def packages() -> list[dict[str, Any]]:
    """Every package of requirements.txt that this Python and system want, with its tested range."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return []
    found = []
    for line in (PROGRAM / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            version = _version(requirement.name)
            good = version is not None and requirement.specifier.contains(version, prereleases=True)
            tested = ",".join(sorted(map(str, requirement.specifier), reverse=True))
            found.append({"name": requirement.name, "version": version, "tested": tested, "ok": good})
    return found


def _version(name: str) -> str | None:
    from importlib import metadata  # the window asks this module for obstacles only, and shall be there soon

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _engine(name: str, rom: Path | None) -> dict[str, Any]:
    """Start a level on an engine in a process of its own: an engine built for another processor would end this one."""
    command = [sys.executable, "-c", _TRY_ENGINE, name, str(rom.expanduser().absolute()) if rom else ""]
    try:
        result = subprocess.run(command, cwd=PROGRAM, capture_output=True, text=True, timeout=_TRY_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"name": name, "ok": False, "problem": f"it did not start within {_TRY_SECONDS:g} s"}
    if result.returncode == 0:
        return {"name": name, "ok": True, "problem": ""}
    last = (result.stderr.strip().splitlines() or [f"it ended with status {result.returncode}"])[-1]
    return {"name": name, "ok": False, "problem": last}


def _rom(path: Path | None) -> dict[str, Any]:
    try:
        from core.game.rom import load_rom

        rom = load_rom(path)
    except (InputError, ImportError, OSError) as error:
        return {"ok": False, "sha1": "", "revision": "", "tested": False, "problem": sentence_of(error)}
    problem, revision = _tables_problem(rom), rom.revision
    name, tested = (revision.name, revision.is_tested) if revision else ("", False)
    return {"ok": not problem, "sha1": rom.sha1, "revision": name, "tested": tested, "problem": problem}


def _tables_problem(rom: Rom) -> str:
    """Which table of the program is not where the segmenter and the routes look for it; empty when all are."""
    try:
        from core.game.level import ALL_LEVELS
        from core.game.route import route_of
        from core.segmentation.exact.segmenter import ExactSegmenter

        ExactSegmenter(rom)
        for level in ALL_LEVELS:
            route_of(rom, level)
    except ImportError:  # a missing package has a line of its own
        return ""
    except InputError as error:
        return str(error)
    return ""


def _libraries() -> list[dict[str, Any]]:
    """The shared libraries that Qt takes from the system; none outside Linux."""
    if not sys.platform.startswith("linux"):
        return []
    rows = (PROGRAM / "assets" / "system_libraries.txt").read_text(encoding="utf-8").splitlines()
    pairs = [row.split() for row in rows if row and not row.startswith("#")]
    return [{"name": name, "package": package, "ok": _loads(name)} for name, package in pairs]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _networks(folder: Path) -> list[str]:
    try:
        from core.fcn.predictor import list_networks
    except ImportError:
        return []
    return [name for name, _ in list_networks(folder)]


def _problems(findings: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong, each with the command or sentence that helps."""
    found: list[tuple[str, str]] = []
    if not findings["python"]["ok"]:
        found.append((f"Python {findings['python']['version']} is not supported.", "Use Python 3.11, 3.12 or 3.13."))
    if not findings["packages"]:
        found.append(("The packages cannot be checked without packaging.", _PIP))
    for package in findings["packages"]:
        if not package["ok"]:
            state = f"is {package['version']}, tested {package['tested']}" if package["version"] else "is missing"
            found.append((f"{package['name']} {state}.", _PIP))
    wrong_backend = missing_backend()
    if wrong_backend is not None:
        found.append((f"{wrong_backend[0]}.", wrong_backend[1]))
    if not findings["rom"]["ok"]:
        found.append((f"No ROM: {findings['rom']['problem']}", "pip install gym-super-mario-bros, or --rom FILE"))
    if not any(engine["ok"] for engine in findings["engines"]):
        found.append(("No emulator starts.", _PIP))
    retro = findings["engines"][0]
    if not retro["ok"] and sys.platform != "win32":
        fix = _RETRO_WITHOUT_DEPENDENCIES if sys.version_info >= (3, 13) else _PIP
        found.append((f"stable-retro does not start ({retro['problem']}): no rewind, slots or exact labels.", fix))
    missing = [item for item in findings["libraries"] if not item["ok"]]
    if missing:
        found.append(("System libraries of the window are missing.", apt_line(missing)))
    return [{"problem": problem, "fix": fix} for problem, fix in found]
