"""The models that a user can have: what there is, how it comes here, and what is installed."""
