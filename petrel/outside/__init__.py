"""The only way out of the building. Nothing here yet."""
