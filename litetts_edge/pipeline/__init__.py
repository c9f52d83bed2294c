"""The way of a request, from the door to its closing event."""
