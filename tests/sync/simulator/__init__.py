"""A world of three laptops and an office in virtual time: the real engine, stores and server."""
