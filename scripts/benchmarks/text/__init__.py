"""The text front end, measured: its time and memory, how both grow, and how often it misreads.

Time is the processor time of one thread. What is read is in the repository: prose, home sentences in tests/data,
and the cases that the tests of each language hold (`tests/data/normalize_*.tsv`). The accuracy on these says how
many of our own cases are right, no more; a set that they were not made from is given by `--lj FILE` (`{"input",
"accept"}` a line).
"""
