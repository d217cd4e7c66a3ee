"""Bodies of processes for tests of ``gui.kit.process_client``; in a module of their own, which a process imports."""

from __future__ import annotations

import os
import threading
from multiprocessing.connection import Connection


def answer(connection: Connection) -> None:
    """Send back what comes, and the process with it; "die" kills it, "garble" sends what cannot be read."""
    while (request := connection.recv()) is not None:
        if request == "die":
            os._exit(1)
        elif request == "garble":
            connection.send_bytes(b"no pickle")
        else:
            connection.send((request, os.getpid()))


def deaf(connection: Connection) -> None:
    """Say that it is there, then read nothing any more, and never end."""
    connection.send("here")
    threading.Event().wait()
