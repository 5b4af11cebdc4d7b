"""What is seen of approvals: the light of a quote, and asking for one."""
