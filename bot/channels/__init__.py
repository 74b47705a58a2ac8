"""Platforms, translated."""
