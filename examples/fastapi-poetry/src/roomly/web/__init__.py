"""Roomly over HTTP."""
