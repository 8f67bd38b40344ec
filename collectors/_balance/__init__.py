"""What is left at a message gateway."""
