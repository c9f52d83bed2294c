"""Where audio goes: the loudspeaker, a file, a stream inside this process, the broker."""
