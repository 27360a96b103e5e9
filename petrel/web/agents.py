"""What somebody sits at, in words by which they know it again: "Firefox on Android". No versions, nothing finer.

Programs call themselves by the names of others too; so the order counts. source: RFC 9110 section 10.1.5 and what
browsers send.
"""

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Opera", "Opera"), ("Vivaldi", "Vivaldi"),
            ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
            ("Chromium", "Chromium"), ("Chrome", "Chrome"), ("Epiphany", "GNOME Web"), ("Safari", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"),
           ("Windows", "Windows"), ("Macintosh", "Mac"), ("FreeBSD", "FreeBSD"), ("OpenBSD", "OpenBSD"),
           ("Linux", "Linux"), ("X11", "Unix"))
LONGEST = 1000


def device_of(user_agent: str) -> str:
    """"" for what is not known."""
    said = user_agent[:LONGEST]
    browser = next((name for mark, name in BROWSERS if mark in said), "")
    system = next((name for mark, name in SYSTEMS if mark in said), "")
    return f"{browser or 'A browser'} on {system}" if system else browser
