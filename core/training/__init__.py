"""What runs from the command line: collecting data, training networks, segmenting files. Keras may be imported here."""

import os

# Before Keras is imported: the same seed must give the same run, notices stay off the user's terminal, and processors
# without AVX-512, on which TensorFlow leaves oneDNN off, use it too: an update then takes three quarters of the time.
os.environ.setdefault("TF_DETERMINISTIC_OPS", "1")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Settings that another project left in ~/.keras/keras.json, or where KERAS_HOME says, are not ours: other numbers,
# other axes, another backend. Where there can be no such file Keras has its own, which are this program's too;
# KERAS_BACKEND still chooses the backend.
os.environ["KERAS_HOME"] = os.devnull
