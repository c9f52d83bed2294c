"""Measurements of the real program on a real broker and a virtual sound card; `scripts/bench` runs them."""
