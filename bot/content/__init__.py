"""What people write, read and checked."""
