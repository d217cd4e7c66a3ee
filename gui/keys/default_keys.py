"""The one table of keys as they come: ``gui/keys/keymap`` holds those in force, which a user may have changed.

Bare keys belong to the view that has the keyboard, the game or the label canvas, and mean nothing to the other one; F
keys and keys with Ctrl work everywhere, but for the few that these views have of their own.
Conventions follow FCEUX and Mesen where these agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.classes import CLASSES, SegmentationClass
from core.game.emulator import DOWN, LEFT, RIGHT, SELECT, START, UP, A, B
from gui.game.save_slots import SLOT_COUNT

Scope = Literal["window", "game", "label", "arrows", "wasd"]
Kind = Literal["press", "toggle", "hold"]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One thing the user can do by key.

    Attributes:
        id: what handlers are found by.
        menu: title of the menu it stands in; "" for none. "State/Save" is a submenu.
        text: the menu's words.
        keys: key sequences in Qt's portable notation, the first one shown in menus.
        scope: "window" works everywhere, "game" while the game view has the keyboard, "label" while the label canvas
            has it; "arrows" and "wasd" belong to the game and are the controller's, while that preset is chosen.
        kind: "press", "toggle" (a check mark), or "hold" (acts until the key is let go).
        tip: one sentence for tooltips and the help page.
        repeats: whether holding the key repeats it.
    """

    id: str
    menu: str
    text: str
    keys: tuple[str, ...]
    tip: str = ""
    scope: Scope = "window"
    kind: Kind = "press"
    repeats: bool = False


def _slots() -> tuple[Shortcut, ...]:
    load = (
        Shortcut(f"load-{n}", "State/Load", f"Slot {n}", (f"F{n}",), f"Go to the moment in slot {n}")
        for n in range(1, SLOT_COUNT + 1)
    )
    save = (
        Shortcut(f"save-{n}", "State/Save", f"Slot {n}", (f"Shift+F{n}",), f"Put this moment into slot {n}")
        for n in range(1, SLOT_COUNT + 1)
    )
    return (*load, *save)


_LABEL_MENUS: dict[str, tuple[str, ...]] = {
    "Label/Tool": ("brush", "eraser", "fill", "rectangle", "polygon", "lasso", "tile", "pick", "finish", "release"),
    "Label/Brush": ("smaller", "larger", "square", "swap", "keep"),
    "Label/Edit": ("undo", "redo", "clear", "again"),
    "Label/Frame": ("previous", "next", "unlabelled", "done", "doubtful", "delete", "add-to"),
    "Label/Show": ("overlay", "outlines", "grid", "in", "out", "fit", "thumbnails"),
}
_LABEL_MENU_OF = {id: menu for menu, ids in _LABEL_MENUS.items() for id in ids}


def _label() -> tuple[Shortcut, ...]:
    def line(id: str, text: str, keys: tuple[str, ...], tip: str, kind: Kind = "press", menu: str = "Label",
             repeats: bool = False) -> Shortcut:  # fmt: skip
        return Shortcut(f"label-{id}", _LABEL_MENU_OF.get(id, menu), text, keys, tip, "label", kind, repeats)

    def class_line(item: SegmentationClass) -> Shortcut:
        key = f"{'Shift+' * (item.id > 9)}{item.id % 10}"
        return line(f"class-{item.id}", item.name, (key,), f"Paint {item.name}: {item.covers}", menu="Label/Class")

    return (
        Shortcut("label-freeze", "Label", "Freeze this frame", ("Ctrl+F",), "Pause, and label the frame of the game"),
        Shortcut("label-open", "Label", "Open data set…", ("Ctrl+Shift+O",), "Label the frames of a data set"),
        Shortcut("collect", "Label", "Collect a data set…", (), "Let an agent play, and keep frames with their labels"),
        Shortcut("segment", "Label", "Segment files…", (), "Class maps of frames that lie in files"),
        line("brush", "Brush", ("P",), "Paint with the class"),
        line("eraser", "Eraser", ("E",), "Bring back the automatic labels"),
        line("fill", "Fill", ("F",), "Paint all connected pixels of the class under the mouse"),
        line("rectangle", "Rectangle", ("R",), "Paint a rectangle"),
        line(
            "polygon",
            "Polygon",
            ("W",),
            "Paint a polygon: click its corners, then the first one again, or twice, or "
            "Enter; Ctrl+Z takes a corner back",
        ),
        line("lasso", "Lasso", ("Q",), "Paint what a line drawn by hand surrounds"),
        line("tile", "Tile brush", ("T",), "Paint whole squares of the game's 16 x 16 grid"),
        line("pick", "Pick", ("L",), "Take the class under the mouse, then the tool before; Alt+click with any tool"),
        line("smaller", "Smaller brush", ("[",), "Ctrl+wheel does so too", repeats=True),
        line("larger", "Larger brush", ("]",), "Ctrl+wheel does so too", repeats=True),
        line("square", "Square brush", ("S",), "Square, or round", "toggle"),
        line("swap", "Swap with background", ("X",), "Paint background, or the class again"),
        line("keep", "Keep other classes", ("B",), "Paint over background only, erase one class only", "toggle"),
        *map(class_line, CLASSES),
        line("undo", "Undo", ("Ctrl+Z",), "Take the last stroke back", repeats=True),
        line("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do the stroke again", repeats=True),
        line("clear", "Clear frame", ("Ctrl+Del",), "All background; can be undone"),
        line("again", "Automatic labels", ("Ctrl+Backspace",), "Begin again from the automatic labels; can be undone"),
        line("previous", "Previous frame", ("A", "PgUp"), "The frame before, of those shown", repeats=True),
        line("next", "Next frame", ("D", "PgDown"), "The frame after, of those shown", repeats=True),
        line("unlabelled", "Next unlabelled", ("N",), "The next frame that no person has labelled"),
        line("done", "Done", ("Y",), "Mark the frame as done, or take the mark away", "toggle"),
        line("doubtful", "Doubtful", ("U",), "Mark the frame as doubtful, or take the mark away", "toggle"),
        line("delete", "In the trash", ("Shift+Del",), "Leave the frame out of the data set, or restore it", "toggle"),
        line("save", "Save", ("Ctrl+S",), "Save now, also labels that are right as they are"),
        line("add", "Add to the data set", ("Ctrl+Return",), "Put the frozen frame into the data set"),
        line("add-to", "Add to another data set…", (), "Put the frozen frame into another data set, which you name"),
        line("overlay", "Classes over the frame", ("V",), "Show the classes; Shift+wheel: how strongly", "toggle"),
        line("outlines", "Outlines only", ("C",), "Show the classes by their outlines", "toggle"),
        line("grid", "Grid", ("G",), "Draw the grid of blocks", "toggle"),
        line("thumbnails", "Thumbnails", ("H",), "Small pictures of the data set's frames", "toggle"),
        line("in", "Zoom in", ("+", "="), "The wheel does so too", repeats=True),
        line("out", "Zoom out", ("-",), "The wheel does so too", repeats=True),
        line("fit", "Fit", ("Home",), "The whole frame, as large as possible"),
        line("pan", "Move the picture", ("Space",), "Hold it and drag; the middle button does so too", "hold", ""),
        line("finish", "Close the polygon", ("Return", "Enter"), "Paint the polygon whose corners were clicked"),
        line("release", "Cancel the stroke", ("Esc",), "Take the open stroke back, else release the keyboard"),
    )


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("open", "Game", "Open ROM…", ("Ctrl+O",), "Choose the game: an .nes file, or a zip that holds one"),
    Shortcut("open-folder", "Game", "Open ROM folder…", (), "Choose a folder that holds the game"),
    Shortcut("reset", "Game", "Reset level", ("Ctrl+R",), "Start the level again"),
    Shortcut("pause", "Game", "Pause", ("Space", "P"), "Pause, or go on", "game", "toggle"),
    Shortcut("advance", "Game", "Frame advance", (".", "\\", "`"), "Play one frame", "game", repeats=True),
    Shortcut("back", "Game", "Frame back", (",",), "Go one frame back", "game", repeats=True),
    Shortcut("rewind", "Game", "Rewind", ("Backspace",), "Run backwards while held", "game", "hold"),
    Shortcut("focus-pause", "Game", "Pause in the background", (), "Pause while another program has the keyboard",
             kind="toggle"),
    Shortcut("gamepad", "Game", "Gamepad", (), "Play with a gamepad: cross or left stick, A jumps, X runs",
             kind="toggle"),
    Shortcut("swap", "Game", "Take over, hand back", ("T",), "Take the controller from an agent, give it back", "game"),
    Shortcut("random", "Game", "Random agent plays", ("Ctrl+G",), "Let the random agent play", kind="toggle"),
    Shortcut("gaze", "View", "Where the agent looks", ("H",), "Warm colours where a blur would change the agent's "
             "Q-values (perturbation saliency, Greydanus et al. 2018)", "game", "toggle"),
    Shortcut("look-back", "Game", "Replay", ("Ctrl+B",), "Pause, and replay what was played until now"),
    Shortcut("focus", "Game", "Keyboard to the game", ("Ctrl+K",), "Send the keys to the game"),
    Shortcut("release", "Game", "Release the keyboard", ("Esc",), "Take the keys from the game; never quits", "game"),
    Shortcut("screenshot", "Game", "Screenshot", ("F12",), "Save the pictures seen side by side as PNG"),
    Shortcut("screenshot-plain", "Game", "Screenshot of the game alone", ("Shift+F12",), "Nothing drawn over it"),
    Shortcut("film", "Game", "Record a video", ("Ctrl+M",), "Record the pictures seen as MP4, or end it",
             kind="toggle"),
    Shortcut("film-gif", "Game", "Record a GIF", ("Ctrl+Shift+M",), "Record the pictures seen as GIF, or end it",
             kind="toggle"),
    Shortcut("settings", "Game", "Settings…", ("Ctrl+,",), "What can be set once and for all, on one page"),
    Shortcut("quit", "Game", "Quit", ("Ctrl+Q",), "Close the window"),
    Shortcut("slower", "Speed", "Slower", ("-",), "Next lower speed", "game", repeats=True),
    Shortcut("faster", "Speed", "Faster", ("=", "+"), "Next higher speed", "game", repeats=True),
    Shortcut("normal", "Speed", "Normal speed", ("Ctrl+1",), "The console's 60.1 frames a second"),
    Shortcut("turbo", "Speed", "Turbo", ("Tab",), "Four times as fast while held", "game", "hold"),
    *_slots(),
    Shortcut("undo-load", "State", "Undo load", ("Ctrl+Z",), "Go back to the moment before a slot was loaded", "game"),
    Shortcut("equal", "View", "Equal views", ("Ctrl+E",), "All three views at one size"),
    Shortcut("large", "View", "One large, two small", ("Ctrl+L",), "One view large; double-click a view to choose it"),
    Shortcut("large-next", "View", "Another view large", ("Ctrl+Shift+L",), "The next one; a double-click too"),
    Shortcut("fit-views", "View", "Fill the space", ("Ctrl+0",), "Views as large as fits; else whole multiples, which "
             "are sharper", kind="toggle"),
    Shortcut("frame-number", "View", "Frame number", ("Ctrl+Shift+N",), "On the game's picture: frames since the level "
             "was entered", kind="toggle"),
    Shortcut("input-display", "View", "Controller", ("Ctrl+Shift+I",), "On the game's picture: which buttons are down, "
             "whoever plays", kind="toggle"),
    Shortcut("overlay", "View", "Classes over the picture", ("V",), "Draw them over it; Shift+wheel: how strongly",
             "game", "toggle"),
    Shortcut("fainter", "View", "Fainter classes", ("[",), "Over the picture; Shift+wheel does so too", "game",
             repeats=True),
    Shortcut("stronger", "View", "Stronger classes", ("]",), "Over the picture; Shift+wheel does so too", "game",
             repeats=True),
    Shortcut("disagreement", "View", "Disagreement", ("Ctrl+D",), "Where network and labels differ", kind="toggle"),
    Shortcut("safe-colours", "View", "Colour-blind-safe classes", (), "Class colours for those who see red and "
             "green alike (after Okabe and Ito 2008); files keep the standard ones", kind="toggle"),
    Shortcut("show-all", "View", "Show all classes", ("Ctrl+A",), "Switch every class on, highlight none"),
    Shortcut("fullscreen", "View", "Full screen", ("F11",), "Fill the screen", kind="toggle"),
    Shortcut("reset-layout", "View", "Reset layout", (), "Sizes and arrangement as at first"),
    *_label(),
    Shortcut("help", "Help", "Keys", ("?",), "This page"),
    Shortcut("tour", "Help", "Tour", (), "Five notes on where to begin"),
    Shortcut("edit-keys", "Help", "Edit keys…", (), "Change, add, clear and reset keys, the controller's too"),
    Shortcut("glossary", "Help", "Glossary", (), "What the words of this program mean"),
    Shortcut("about", "Help", "About", (), "Versions, licences, how to cite; text for a bug report"),
)  # fmt: skip

BUTTON_NAMES: dict[int, str] = {
    LEFT: "left",
    RIGHT: "right",
    UP: "up",
    DOWN: "down",
    A: "A (jump)",
    B: "B (run, fire)",
    START: "Start",
    SELECT: "Select",
}
"""The controller's buttons by bit, in the order of the help page."""

PRESETS: dict[str, dict[int, tuple[str, ...]]] = {
    "arrows": {
        LEFT: ("Left",),
        RIGHT: ("Right",),
        UP: ("Up",),
        DOWN: ("Down",),
        A: ("X",),
        B: ("Z",),
        START: ("Return", "Enter"),
        SELECT: ("S",),
    },
    "wasd": {
        LEFT: ("A",),
        RIGHT: ("D",),
        UP: ("W",),
        DOWN: ("S",),
        A: ("K",),
        B: ("J",),
        START: ("I",),
        SELECT: ("U",),
    },
}
"""Keys of the controller by preset and button."""
PRESET_NAMES = {"arrows": "Arrows, X and Z", "wasd": "WASD, K and J"}


def button_id(preset: str, button: int) -> str:
    """Id of a controller's button in the table."""
    return f"{preset}-{BUTTON_NAMES[button].split()[0].lower()}"


CONTROLLER: tuple[Shortcut, ...] = tuple(
    Shortcut(button_id(preset, button), "", BUTTON_NAMES[button], keys, scope=preset, kind="hold")  # type: ignore[arg-type]
    for preset, buttons in PRESETS.items()
    for button, keys in buttons.items()
)
"""The controller's buttons as entries of the table, by preset."""
TABLE: dict[str, Shortcut] = {item.id: item for item in (*SHORTCUTS, *CONTROLLER)}
"""Every entry by its id."""
_MENU_OF_SCOPE = {"window": "View", "game": "Game", "label": "Label"}


def shortcut(id: str) -> Shortcut:
    """The entry with this id."""
    return TABLE[id]


def place_of(item: Shortcut) -> str:
    """Where people find an entry: its menu, the controller, or the view it works in."""
    if item.scope in PRESET_NAMES:
        return f"Controller: {PRESET_NAMES[item.scope]}"
    return (item.menu or _MENU_OF_SCOPE[item.scope]).replace("/", " > ")
