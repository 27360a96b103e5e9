"""The only way out of the building. Each way has a Null twin, for sites that do not take it."""
