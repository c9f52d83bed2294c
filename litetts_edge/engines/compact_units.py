"""What the compact voice counts in. Training and speaking share it; most of it is in a model's manifest, too."""

from __future__ import annotations

SAMPLE_RATE = 16000
"""Hz."""
HOP = 80
"""Samples in a frame of the vocoder: 5 ms."""
FRAMES_PER_STEP = 2
"""Frames in a step of the decoder: 10 ms."""
SPEAKERS = ("slt", "rms", "awb")
"""The order of the weights in a blend."""
KNEE = 0.85
"""Of full scale: the vocoder bends what goes beyond, so that it stays below 1."""
