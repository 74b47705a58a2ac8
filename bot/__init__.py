"""Comadre: anonymous peer support and referral for women who use drugs."""

__version__ = "0.1.0"
