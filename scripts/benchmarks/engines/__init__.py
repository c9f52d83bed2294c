"""How much the pulled engines cost, beside the projects that their models come from.

All on the same files with random weights: the same graph and cost as published ones, no speech. Ours and theirs
say the same tokens, on one thread, in a process each, and take turns: what else the machine does meets both.
`peers.txt` is the other side's environment; this one imports nothing of it.
"""
