"""The site's texts after a restore (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({
    "about.text.written": "the site's own words, public; losing a version shows nothing of anybody",
    "about.setting.changed": "that a setting was changed; settings are no rows",
})
