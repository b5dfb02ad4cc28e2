"""Roomly books meeting rooms. All its times are UTC."""
