"""How fast the app starts and scrolls in a real browser, and what two builds of it differ in."""
