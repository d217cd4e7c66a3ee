"""The tab Episodes: replaying, evaluating, and two agents side by side."""
