"""Class maps of frames: from pixels (``sprites``), from the emulator's state (``exact``), and how well two agree."""
