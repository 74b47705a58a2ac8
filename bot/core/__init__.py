"""The conversation, pure: no files, no network, no clock."""
