"""What the effects of the conversation mean in the world."""
