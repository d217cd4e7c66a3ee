"""The curves of runs: their metrics, read while they grow, smoothed and gathered."""
