"""What the drill four-am stands on: the addresses of those who are on call, and another host with the watcher."""
