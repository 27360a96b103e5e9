"""What the drill go-live needs: hosts in namespaces of their own, names, a relay, a crowd. See drills/go_live."""
