"""Finding out by trial which graph, how many threads and which memory options suit a model on this machine."""
