"""Fully convolutional networks: notation, Keras graph, and the ONNX predictor."""
