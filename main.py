"""Super Mario Bros. seen three ways. Without a command the window opens; --help lists the commands."""

import gc
import sys


def main(argv: "list[str]") -> int:
    """Do what the arguments say; return the exit status. Nothing is imported before it is known to be needed."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        major, minor = sys.version_info[:2]
        return _refuse(f"Python 3.11, 3.12 or 3.13 is needed; this is {major}.{minor}")
    try:
        if any(argument.partition("=")[0] == "--benchmark" for argument in argv):
            from benchmarks.command import main as benchmark

            return benchmark(argv)
        from core.cli import commands as cli

        return cli.main(argv) if cli.is_command(argv) else _open_window(argv)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in {"core", "gui", "benchmarks"}:
            raise
        return _refuse(f"the package {package} is missing; 'make run' installs everything, --doctor tells more")


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
        from gui.app import main as open_app
    finally:
        gc.enable()
    return open_app(**flags)


def _refuse(sentence: str) -> int:
    print(f"main.py: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
