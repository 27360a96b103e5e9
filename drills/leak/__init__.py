"""What the drill `message-leak` needs: a cast with secrets, every question a stranger could ask, and the walls."""
