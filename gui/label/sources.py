"""Where the automatic labels come from that the labelling of a frame begins with, and changing them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.frame import ClassMap, Snapshot
from core.game.rom import Rom
from gui.kit.background import BackgroundJobs
from gui.kit.preferences import Preferences
from gui.label.auto_labels import EXACT, SPRITES, STORED, Labeller, Source
from gui.label.editor import LabelEditor
from gui.label.target import LabelTarget, relabelled
from gui.live.game_control import GameControl
from gui.live.preview import Preview


class LabelSources(QObject):
    """The sources that the edited frame can have, and the chosen one; the window's thread only.

    Signals:
        changed: there is another ROM, or other networks.

    Attributes:
        labeller: for the thread of the jobs.
    """

    changed = Signal()

    def __init__(
        self, editor: LabelEditor, game: GameControl, preview: Preview, preferences: Preferences, jobs: BackgroundJobs
    ) -> None:
        super().__init__()
        self._editor, self._game, self._preview = editor, game, preview
        self._preferences, self._jobs = preferences, jobs
        self.labeller = Labeller()
        game.state_changed.connect(self.changed)
        preview.sources_changed.connect(self.changed)

    @property
    def rom(self) -> Rom | None:
        """Of the running game, None without one."""
        return self._game.state.rom

    @property
    def all(self) -> list[tuple[Source, str]]:
        """Those that the frame can have, each with why it cannot be used now, "" when it can."""
        target = self._editor.target
        no_rom = "" if self.rom is not None else "needs the game's ROM"
        if target is not None and target.record is not None:
            first = (Source(STORED), "")
        else:
            can = target is None or target.frozen is None or target.frozen.has_memory
            first = (Source(EXACT), no_rom if can else "needs the emulator's memory, from stable-retro")
        networks = [(Source(name, path), "") for name, path in self._preview.networks]
        return [first, (Source(SPRITES), no_rom), *networks]

    @property
    def chosen(self) -> Source:
        """The one to begin from: the chosen one if it can be used, else the first that can."""
        usable = [source for source, problem in self.all if not problem]
        wanted = self._preferences.get("label_source")
        return next((source for source in usable if source.name == wanted), usable[0] if usable else Source(SPRITES))

    def choose(self, source: Source) -> None:
        """Begin from other automatic labels; pixels that a person has drawn stay as they are."""
        self._preferences.set("label_source", EXACT if source.name == STORED else source.name)
        target = self._editor.target
        if target is None:
            self._editor.changed.emit()
        elif target.frozen is not None:
            self._relabel(target, source, target.frozen.snapshots)
        elif source.name == STORED:
            assert target.data is not None and target.record is not None
            self._use_labels(target, source, target.data.read(target.record)[1][None])
        else:
            self._relabel(target, source, (Snapshot(target.frame),))

    def apply(self) -> None:
        """Begin a frame of a data set, which has just been opened, from the chosen source."""
        source, target = self.chosen, self._editor.target
        if target is not None and source.name != STORED and not target.by_person:
            self._relabel(target, source, (Snapshot(target.frame),))

    def _relabel(self, target: LabelTarget, source: Source, snapshots: Sequence[Snapshot]) -> None:
        rom = self.rom
        self._jobs.start(
            lambda job: self.labeller.label(source, snapshots, rom),
            lambda masks: self._use_labels(target, source, masks),
            lambda problem: self._fail(target, problem),
        )

    def _fail(self, target: LabelTarget, problem: str) -> None:
        if target is self._editor.target:
            self._editor.fail(problem)

    def _use_labels(self, target: LabelTarget, source: Source, masks: ClassMap) -> None:
        editor = self._editor
        if target is not editor.target:
            return
        stored = source.name == STORED and target.record is not None
        labelled_by = target.record.labelled_by if stored and target.record is not None else source.labelled_by
        if not target.has_drawn:  # nothing to keep: as if the frame had begun with these labels
            target.journal.close()
            again = relabelled(target, masks, labelled_by, source.name, editor.journals)
            editor.begin_target(again, is_same=True)
            return
        annotation, automatic = target.annotation, masks[-1].copy()
        drawn = annotation.class_map != annotation.automatic
        target.labelled_by, target.source = labelled_by, source.name
        if target.frozen is not None:
            target.masks = masks
        annotation.automatic = automatic
        editor.replace(np.where(drawn, annotation.class_map, automatic).astype(np.uint8))
        editor.target_changed.emit()
