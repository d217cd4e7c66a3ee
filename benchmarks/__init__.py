"""Side-by-side timings of ours and the obvious alternative; never tests."""

import core.training  # noqa: F401  # sets the environment before Keras is imported
