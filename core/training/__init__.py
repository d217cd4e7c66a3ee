"""What runs from the command line: collecting data, training networks, segmenting files. Keras may be imported here."""

import os

# Before Keras is imported: the same seed must give the same run, and notices stay off the user's terminal.
os.environ.setdefault("TF_DETERMINISTIC_OPS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
