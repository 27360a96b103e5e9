#!/bin/sh
# Written by `petrel init`: this machine's site, as the user whom it belongs to.
set -a
. /etc/petrel/petrel.env
set +a
if [ "$(id -u)" = 0 ]; then
  case "$1" in
    init | database | upgrade | up) ;; # a part of what these do is for root; they give it up themselves
    *) exec runuser -u {user} -- {program} "$@" ;;
  esac
elif [ "$(id -un)" != {user} ]; then
  echo "petrel: this machine's site belongs to the user {user}. Try: sudo petrel $*" >&2
  exit 2
fi
exec {program} "$@"
