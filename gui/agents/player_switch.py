"""Who holds the controller: a person, chance, or a saved agent, which may have to be made ready first."""

from __future__ import annotations

from gui.agents.catalog import AgentCatalog
from gui.game.players import Player
from gui.kit.notices import Notices
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place

PLAYER_NAMES: dict[Player, str] = {"person": "Keyboard", "random": "Random agent", "agent": "Saved agent"}


class PlayerSwitch:
    """Hands the controller over."""

    def __init__(self, game: GameControl, agents: AgentCatalog, navigator: Navigator, notices: Notices) -> None:
        self._game, self._agents, self._navigator, self._notices = game, agents, navigator, notices
        self._handed_over: Player = "agent"
        game.state_changed.connect(self._follow)

    def set_player(self, player: Player) -> None:
        """Hand the controller over; a saved agent that is not ready yet takes it when it is."""
        if player != "agent":
            self._game.play(player)
        elif self._agents.items == [] and self._agents.opened is None:
            self._notices.tell("there is no saved agent yet; the Agent page tells how to get one")
            self._navigator.show(Place.AGENT)
            self._game.state_changed.emit()  # whatever was chosen, the person still plays
        else:
            self._agents.open(plays=True)

    def swap_player(self) -> None:
        """Take the controller over, or hand it back to the agent that had it last."""
        self.set_player("person" if self._game.state.player != "person" else self._handed_over)

    def set_random(self, on: bool) -> None:
        """Let the random agent play, or the person."""
        self.set_player("random" if on else "person")

    def _follow(self) -> None:
        if self._game.state.player != "person":
            self._handed_over = self._game.state.player
