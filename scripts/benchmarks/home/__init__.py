"""What a home notices, measured on the real program: how soon it answers those who ask it by Wyoming."""
