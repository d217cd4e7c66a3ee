"""Side-by-side timings of ours and the obvious alternative; never tests."""
