"""What runs from the command line: collecting data, training networks, segmenting files. Keras may be imported here."""
