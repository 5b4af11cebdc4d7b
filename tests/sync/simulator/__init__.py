"""A world of three laptops and an office in virtual time: the real engine, stores on SQLCipher, and server."""
