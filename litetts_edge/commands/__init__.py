"""What the command line does, one module for each kind of command. Each is imported when it is asked for."""
