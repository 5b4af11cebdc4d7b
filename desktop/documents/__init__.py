"""Paper and files: PDF out, tables in and out."""
