#!/usr/bin/env bash
# Runs a command against a Postgres server of this machine's own package, as Debian installs it:
#
#     tools/debian_postgres.sh COMMAND...
#
# Two servers, for the data and for the keyring, live in a directory of their own, listen on free ports of
# 127.0.0.1 only, over TLS with certificates of an authority of their own, ask for passwords (scram-sha-256), and are
# stopped and removed afterwards. COMMAND finds PETREL_TEST_DATABASE_URL and PETREL_TEST_KEYRING_URL: a login that may do
# what that of `petrel database prepare` may, and is no superuser.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ] || [ ! -x "$bin/postgres" ]; then
  echo "Debian's Postgres is not installed: apt-get install postgresql" >&2
  exit 1
fi

# In memory where there is room: thousands of small files come and go.
place=/tmp
if [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 4194304 ]; then place=/dev/shm; fi
home=$(mktemp -d "$place/petrel-postgres-XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then               # Postgres refuses to run as root
  chown postgres "$home"
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
servers=()
finish() {
  for server in "${servers[@]}"; do
    kill -INT "$server" 2>/dev/null && wait "$server" 2>/dev/null || true
  done
  rm -rf "$home"
}
trap finish EXIT

secret=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
cd "$home"

# An authority, and a certificate for localhost that it signed.
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "$@" 2>>"$home/openssl.log"; }
new -x509 -keyout "$home/ca.key" -out "$home/ca.crt" -subj "/CN=authority of a test"
new -x509 -CA "$home/ca.crt" -CAkey "$home/ca.key" -keyout "$home/server.key" -out "$home/server.crt" \
  -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -addext "basicConstraints=CA:FALSE"
chmod 600 "$home/server.key" && chmod 755 "$home" && chmod 644 "$home/ca.crt"
if [ "$(id -u)" = 0 ]; then chown postgres "$home/server.key" "$home/server.crt"; fi

begin() {                                 # begin NAME PORT: one server, with a database and a login
  local folder="$home/$1" port=$2
  "${as[@]}" "$bin/initdb" -D "$folder" -U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 \
    --locale=C.UTF-8 >"$folder.initdb.log" 2>&1 || { cat "$folder.initdb.log" >&2; exit 1; }
  # Passwords are asked for over TLS only.
  sed -i 's/^host /hostssl /' "$folder/pg_hba.conf"
  # Durability is not what is tested here.
  "${as[@]}" "$bin/postgres" -D "$folder" -k "$home" -p "$port" -c listen_addresses=127.0.0.1 -c fsync=off \
    -c ssl=on -c ssl_cert_file="$home/server.crt" -c ssl_key_file="$home/server.key" \
    -c log_min_error_statement=panic -c log_error_verbosity=terse -c log_parameter_max_length=0 -c wal_recycle=off \
    -c max_connections=100 -c shared_buffers=64MB >"$folder.log" 2>&1 &
  local server=$!
  servers+=("$server")
  for _ in $(seq 100); do
    "${as[@]}" "$bin/pg_isready" -q -h "$home" -p "$port" && break
    kill -0 "$server" 2>/dev/null || { cat "$folder.log" >&2; exit 1; }
    sleep 0.1
  done
  # As petrel/ops/databases/ready.py gives it, but in template0, of which the tests make their databases.
  local psql=("${as[@]}" "$bin/psql" -q -h "$home" -p "$port" -U postgres -v ON_ERROR_STOP=1)
  "${psql[@]}" -c "create role petrel_admin login createrole createdb replication bypassrls password '$secret'" \
    -c "grant pg_checkpoint, pg_read_all_settings to petrel_admin" \
    -c "alter database template0 allow_connections true"
  "${psql[@]}" -d template0 -c "grant execute on function pg_switch_wal() to petrel_admin" \
    -c "grant execute on function pg_read_binary_file(text, bigint, bigint) to petrel_admin"
  "${psql[@]}" -c "alter database template0 allow_connections false" \
    -c "create database petrel template template0 owner petrel_admin"
}

ports=$(python3 -c '
import socket
found = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in found))')
begin data "${ports% *}"
begin keyring "${ports#* }"

cd "$OLDPWD"
url() { echo "postgresql://petrel_admin:$secret@localhost:$1/petrel?sslmode=verify-full&sslrootcert=$home/ca.crt"; }
PETREL_TEST_DATABASE_URL=$(url "${ports% *}")
PETREL_TEST_KEYRING_URL=$(url "${ports#* }")
export PETREL_TEST_DATABASE_URL PETREL_TEST_KEYRING_URL
"$@"
