"""Trains and judges litetts_edge/text/data/homographs.bin."""
