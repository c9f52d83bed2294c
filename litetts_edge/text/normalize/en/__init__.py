"""English as it is read aloud: en-US, and en-GB by the region "GB"."""

from litetts_edge.text.normalize.en.reader import read
from litetts_edge.text.normalize.en.say_as import read_as

__all__ = ["read", "read_as"]
