"""What a home notices, measured on the real program: how soon Home Assistant has it, and Wyoming's answers."""
