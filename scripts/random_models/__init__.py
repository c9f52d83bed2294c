"""Models with the published architectures and random weights: same graphs, same cost, no speech.

The released weights cannot be had where the program is built. What needs no weights (loading, input names, speed,
memory, the exactness of streaming) is developed and measured on these. Everything is computed; nothing is fetched.
"""
