"""The compact voice, measured beside its teacher, beside its own parts, and beside espeak-ng.

All that is compared is made in the same run and judged alike: silence at the edges (quieter than 50 dB below the
loudest 10 ms) is cut, 50 ms of it are put back, the listener brings all to one loudness and 16 kHz, adds 200 ms of
silence at both ends and the same dither under all of it (listener.py). The teacher and espeak-ng read the plain
text, the compact voice reads what its own front end makes of it; none is given phones or durations of another.

| system | what it is |
|---|---|
| `teacher` | flite's own speech |
| `vocoder` | flite's own parameters through the compact voice's vocoder graph: what the vocoder alone loses |
| `fp32` | the compact voice before its weights were made 8 bits wide; only where training left it (`--fp32`) |
| `int8` | the compact voice as it ships, by the way that `litetts-edge say` goes |
| `espeak` | espeak-ng, en-US, the voice that is always there |
"""
