"""The trainings under way, followed through their run folders."""
