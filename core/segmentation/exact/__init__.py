"""Class maps from the emulator's state: the truth that everything else is measured against."""
