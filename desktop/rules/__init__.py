"""What is true: plain Python without I/O, clock or database."""
