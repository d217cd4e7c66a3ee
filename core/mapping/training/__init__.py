"""Training a mapping; Keras may be imported here."""

import core.training  # noqa: F401  # sets the environment before Keras is imported
