"""The web door: server-rendered pages and forms for people, complete without script.

`routes.py` lists every address; `pages/` holds one short handler per address; `needs.py` says what the handlers
ask of the rooms and `shapes.py` in which form; `door.py` is what a handler holds while it answers.
Looks are in `templates/` and `static/app.css`. JSON for apps: `petrel/api`.
"""
