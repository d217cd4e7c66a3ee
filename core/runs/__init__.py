"""Run folders: what a training writes and everybody else reads. No training framework here."""
