"""The part that reconciles laptops with the office."""
