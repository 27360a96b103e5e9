#!/usr/bin/env bash
# Runs a command against a Postgres server of this machine's own package, as Debian installs it:
#
#     tools/debian_postgres.sh COMMAND...
#
# The server lives in a directory of its own under /tmp, listens on a free port of 127.0.0.1 only, over TLS with a
# certificate of its own authority, asks for passwords (scram-sha-256), and is stopped and removed afterwards. COMMAND
# finds PETREL_TEST_DATABASE_URL and PETREL_TEST_KEYRING_URL: a login that may make roles and databases, and is no
# superuser.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ] || [ ! -x "$bin/postgres" ]; then
  echo "Debian's Postgres is not installed: apt-get install postgresql" >&2
  exit 1
fi

home=$(mktemp -d /tmp/petrel-postgres-XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then               # Postgres refuses to run as root
  chown postgres "$home"
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
server=
finish() {
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null && wait "$server" 2>/dev/null || true
  fi
  rm -rf "$home"
}
trap finish EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
secret=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
cd "$home"
"${as[@]}" "$bin/initdb" -D "$home/server" -U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 \
  --locale=C.UTF-8 >"$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; exit 1; }

# An authority, and a certificate for localhost that it signed.
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "$@" 2>>"$home/openssl.log"; }
new -x509 -keyout "$home/ca.key" -out "$home/ca.crt" -subj "/CN=authority of a test"
new -x509 -CA "$home/ca.crt" -CAkey "$home/ca.key" -keyout "$home/server.key" -out "$home/server.crt" \
  -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -addext "basicConstraints=CA:FALSE"
chmod 600 "$home/server.key" && chmod 755 "$home" && chmod 644 "$home/ca.crt"
if [ "$(id -u)" = 0 ]; then chown postgres "$home/server.key" "$home/server.crt"; fi
# Passwords are asked for over TLS only.
sed -i 's/^host /hostssl /' "$home/server/pg_hba.conf"

# Durability is not what is tested here.
"${as[@]}" "$bin/postgres" -D "$home/server" -k "$home" -p "$port" -c listen_addresses=127.0.0.1 -c fsync=off \
  -c ssl=on -c ssl_cert_file="$home/server.crt" -c ssl_key_file="$home/server.key" \
  -c log_min_error_statement=panic -c log_error_verbosity=terse -c log_parameter_max_length=0 -c wal_recycle=off \
  -c max_connections=100 -c shared_buffers=64MB >"$home/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  "${as[@]}" "$bin/pg_isready" -q -h "$home" -p "$port" && break
  kill -0 "$server" 2>/dev/null || { cat "$home/server.log" >&2; exit 1; }
  sleep 0.1
done
"${as[@]}" "$bin/psql" -q -h "$home" -p "$port" -U postgres -v ON_ERROR_STOP=1 \
  -c "create role petrel_admin login createrole createdb password '$secret'" -c "create database petrel owner petrel_admin"

cd "$OLDPWD"
export PETREL_TEST_DATABASE_URL="postgresql://petrel_admin:$secret@localhost:$port/petrel?sslmode=verify-full&sslrootcert=$home/ca.crt"
export PETREL_TEST_KEYRING_URL="$PETREL_TEST_DATABASE_URL"
"$@"
