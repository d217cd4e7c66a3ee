"""How many processor threads the number libraries use."""

from __future__ import annotations

import logging
import os
import sys

VARIABLES = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")

_log = logging.getLogger(__name__)


def limit_threads(threads: int) -> None:
    """Tell the number libraries how many threads to use; 0 leaves it to them.

    They listen only before their first import: where that is past, and they were told something else, the log says so.
    """
    if not threads:
        return
    if "keras" in sys.modules and any(os.environ.get(variable) != str(threads) for variable in VARIABLES):
        _log.warning("Keras was imported before the number of threads (%d) was set, and may use more", threads)
    os.environ.update(dict.fromkeys(VARIABLES, str(threads)))
