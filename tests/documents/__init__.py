"""What is printed: line breaking, pages, the quote and contract as PDF, and reading them back."""
