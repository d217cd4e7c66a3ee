"""An episode replayed, with its timeline."""
