"""The customer's screen: one issued document to read and to sign, and nothing else of the program."""
