"""The Episodes tab: replaying episodes, evaluating agents, and having two play side by side."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget

from gui.agents.catalog import AgentCatalog
from gui.agents.saliency import SaliencyWatch
from gui.episodes.evaluate.page import EvaluatePage
from gui.episodes.model import EpisodesModel
from gui.episodes.replay.page import ReplayPage
from gui.episodes.side_by_side.page import MatchPage
from gui.keys.keymap import Keymap
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.live.game_control import GameControl
from gui.live.preview import Preview
from gui.pictures.view_options import ViewOptions


class EpisodesPage(QTabWidget):
    """Three pages."""

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        keys: Keymap,
        agents: AgentCatalog,
        saliency: SaliencyWatch,
        episodes: EpisodesModel,
        notices: Notices,
        files: FileDialogs,
    ) -> None:
        super().__init__()
        self.replay = ReplayPage(game, preview, options, keys, agents, saliency, episodes, notices, files)
        self.evaluate = EvaluatePage(agents, episodes)
        self.match = MatchPage(game, preview, agents, episodes)
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.addTab(self.replay, "Repla&y")
        self.addTab(self.evaluate, "Eval&uate")
        self.addTab(self.match, "S&ide by side")
        episodes.replay.opened.connect(lambda: self.setCurrentWidget(self.replay))
