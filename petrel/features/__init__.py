"""Rooms of what members do. Enter a room by its front desk only."""
