"""Ray in one process, as far as ``ray_launcher`` uses it: actors by name, a node for each, and nodes that are lost.

The real one is asked by ``benchmarks.cluster``; this one tells within a second what the program does when Ray says so.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from types import ModuleType
from typing import Any

import psutil
import pytest


class RayError(Exception):
    """What Ray raises for an actor that is gone."""


class Actor:
    """An object on a node, or one that waits for a node; its methods are asked with ``.remote``."""

    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self.options, self._make = options, make
        self.turn, self.is_gone = 0, False
        self.has_node = threading.Event()
        self._object: Any = None

    def place(self) -> None:
        """Give it a node, where it begins anew."""
        self._object, self.turn = self._make(), self.turn + 1
        self.has_node.set()

    def lose(self) -> None:
        """Take its node, with what runs there."""
        self.has_node.clear()
        self.turn += 1
        for child in psutil.Process().children():
            if {"--train", self.options["name"].partition(": ")[2]} <= set(child.cmdline()):
                child.kill()

    def leave(self) -> None:
        """End it for good."""
        self.is_gone = True
        self.has_node.set()

    def __getattr__(self, name: str) -> Any:
        def remote(*values: Any) -> Future[Any]:
            answer: Future[Any] = Future()
            threading.Thread(target=self._answer, args=(name, values, answer), daemon=True).start()
            return answer

        return type("Method", (), {"remote": staticmethod(remote)})

    def _answer(self, name: str, values: tuple[Any, ...], answer: Future[Any]) -> None:
        while True:
            self.has_node.wait()
            if self.is_gone:
                answer.set_exception(RayError("The actor is dead.\nMore of it."))
                return
            turn = self.turn
            try:
                found = getattr(self._object, name)(*values)
            except Exception as error:  # noqa: BLE001  # whatever it is, who asked gets it
                answer.set_exception(error)
                return
            if turn == self.turn or self.options["max_task_retries"] != -1:
                answer.set_result(found)
                return


class FakeRay(ModuleType):
    """The module ``ray``, as if its cluster had so many nodes for one trial each."""

    def __init__(self, nodes: int) -> None:
        super().__init__("ray")
        self.nodes, self.actors = nodes, dict[str, Actor]()
        self.exceptions, self.util = ModuleType("ray.exceptions"), ModuleType("ray.util")
        self.exceptions.RayError = RayError  # type: ignore[attr-defined]
        self.util.list_named_actors = lambda: list(self.actors)  # type: ignore[attr-defined]
        self.joined: dict[str, Any] = {}

    def init(self, **given: Any) -> None:
        """Join it; "nowhere" is no address."""
        if given["address"] == "nowhere":
            raise ConnectionError("nobody there")
        self.joined = given

    def get_runtime_context(self) -> Any:
        """Of the driver."""
        return type("Context", (), {"get_node_id": staticmethod(lambda: "head")})

    def remote(self, kind: Callable[..., Any]) -> Any:
        """A class whose objects are actors."""

        def options(**given: Any) -> Any:
            return type("Made", (), {"remote": staticmethod(partial(self._made, kind, given))})

        return type("Class", (), {"options": staticmethod(options)})

    def get(self, answer: Future[Any]) -> Any:
        """Wait for an answer."""
        return answer.result(100)

    def wait(self, answers: list[Future[Any]], timeout: float) -> tuple[list[Future[Any]], list[Future[Any]]]:
        """Those that are there, and the others."""
        there = [answer for answer in answers if answer.done()]
        return there, [answer for answer in answers if answer not in there]

    def get_actor(self, name: str) -> Actor:
        """One by its name."""
        return self.actors[name]

    def kill(self, actor: Actor) -> None:
        """End it; another one gets its node."""
        self.actors = {name: one for name, one in self.actors.items() if one is not actor}
        actor.leave()
        self._place()

    # What happens to a cluster

    def lose_node(self, name: str) -> None:
        """Lose the node that an actor is on; it waits for another one."""
        self.nodes -= 1
        self.actors[name].lose()
        self._place()

    def add_node(self) -> None:
        """One more."""
        self.nodes += 1
        self._place()

    def _made(self, kind: Callable[..., Any], options: dict[str, Any], *values: Any) -> Actor:
        name = options["name"]
        if name not in self.actors or not options["get_if_exists"]:
            self.actors[name] = Actor(partial(kind, *values), options)
            self._place()
        return self.actors[name]

    def _place(self) -> None:
        for actor in self.actors.values():
            busy = sum(one.has_node.is_set() for one in self.actors.values() if one.options["num_cpus"])
            if not actor.has_node.is_set() and (actor.options["num_cpus"] == 0 or busy < self.nodes):
                actor.place()


def install(monkeypatch: pytest.MonkeyPatch, nodes: int) -> FakeRay:
    """Have ``import ray`` find one."""
    ray, strategies = FakeRay(nodes), ModuleType("ray.util.scheduling_strategies")
    strategies.NodeAffinitySchedulingStrategy = lambda node, soft: (node, soft)  # type: ignore[attr-defined]
    for module in (ray, ray.util, ray.exceptions, strategies):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return ray
