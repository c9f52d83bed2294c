"""Graphs for this machine, made once from a published model. The only package that imports onnx."""
