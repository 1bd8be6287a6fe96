"""Hotline: the telephone of a service company, kept honest by software."""

VERSION = "0.1.0"
