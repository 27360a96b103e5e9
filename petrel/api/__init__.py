"""The JSON door: the client API, OAuth and what belongs to them.

`http/` is the layer below (routes, parameters, tokens, limits). Other files are named after the wire contract
(statuses.py, timelines.py), not after rooms; each endpoint parses, opens one door, calls one room, presents.
"""
