"""Super Mario Bros. seen three ways. Without a command the window opens; --help lists the commands."""

import gc
import os
import sys


def main(argv: "list[str]") -> int:
    """Do what the arguments say; return the exit status. Nothing is imported before it is known to be needed."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        major, minor = sys.version_info[:2]
        return _refuse(f"Python 3.11, 3.12 or 3.13 is needed; this is {major}.{minor}")
    try:
        if any(argument.partition("=")[0] == "--benchmark" for argument in argv):
            from benchmarks.command import main as benchmark

            status = benchmark(argv)
        else:
            from core.cli import commands as cli

            status = cli.main(argv) if cli.is_command(argv) else _open_window(argv)
        sys.stdout.flush()  # here, for a full disk is told in a sentence
        return status
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in {"core", "gui", "benchmarks"}:
            raise
        return _refuse(f"the package {package} is missing; 'make run' installs everything, --doctor tells more")
    except OSError as error:
        from core.errors import refusal

        return _refuse(refusal(error), 1)


def _open_window(argv: "list[str]") -> int:
    from core.cli import commands as cli
    from core.cli.doctor import window_obstacle
    from core.errors import InputError

    try:
        flags = cli.window_arguments(argv)
    except InputError as error:
        return _refuse(str(error))
    obstacle = window_obstacle()
    if obstacle:
        return _refuse(obstacle)
    gc.disable()  # of what an import makes nothing is garbage, and looking for it takes a tenth of the time
    try:
        from gui.app import leave
        from gui.app import main as open_app
    finally:
        gc.enable()
    return leave(open_app(**flags))


def _refuse(sentence: str, status: int = 2) -> int:
    print(f"main.py: {sentence}", file=sys.stderr)
    return status


def _find_ourselves() -> None:
    """Python may have been told (-P, -I) not to look for modules beside this file; nor do our processes then."""
    here = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120  # of a linked file too, as Python does
    if here not in sys.path:
        sys.path.insert(0, here)
    os.environ.pop("PYTHONSAFEPATH", None)


if __name__ == "__main__":
    _find_ourselves()
    if sys.version_info >= (3, 11):  # noqa: UP036  # an older one gets its sentence, and could not read this
        from core.cli.streams import steady_streams

        steady_streams()
    sys.exit(main(sys.argv[1:]))
