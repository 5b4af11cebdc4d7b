"""The office: checks, merges and hands out changes."""
