"""Lendly keeps track of what neighbours lend each other. Its dates are days in UTC."""
