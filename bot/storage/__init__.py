"""What is kept, sealed."""
