"""A home and edge appliance that speaks: MQTT in, sound out."""

__version__ = "0.1.0"
