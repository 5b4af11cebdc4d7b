"""A real program on a real screen, driven by the keys and the mouse of the X server and by nothing else."""
