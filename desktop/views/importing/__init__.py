"""The page that brings a file in: which column is what, what becomes of each row, then one press."""
