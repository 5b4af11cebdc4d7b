"""Every screen as a picture, and the facts that a picture shows."""
