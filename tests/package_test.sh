#!/usr/bin/env bash
# The Debian package, from building it to purging it: lintian, contents, and a life in a new Debian
# 12 that has no systemd running: install, configure, run, upgrade, remove, purge.
#
#   package_test.sh BUILD_FOLDER      where the programs are built, e.g. build/release
#
# Needs root (chroot) and the Debian mirror that this machine's apt uses. PostgreSQL is a private
# one, outside of that Debian. Everything lives in a temporary folder and ends with this script.
# With REFUNDD_PACKAGE_TEST_CACHE=FOLDER the new Debian is kept there for the next time.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
build=$(realpath "${1:?usage: package_test.sh BUILD_FOLDER}")
readonly release=bookworm step_seconds=300
export LC_ALL=C.UTF-8

work='' root='' daemon='' port='' admin_port=''

clean_up() {
  trap '' INT TERM
  if [ -n "$daemon" ]; then
    kill -KILL "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  [ -n "$work" ] || return 0
  "$here/private_postgres" stop "$work/postgres" || true
  # /proc, and what an interrupted debootstrap leaves mounted.
  awk -v root="$root/" 'index($2, root) == 1 { print $2 }' /proc/self/mounts | sort -r |
    xargs --no-run-if-empty umount || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

chapter() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
ok() { echo "ok: $1"; }
fail() {
  printf '\nNOT ok: %s\n' "$1" >&2
  [ ! -f "$work/refundd.log" ] || tail -n 20 "$work/refundd.log" >&2
  exit 1
}

# check TEXT COMMAND...: the command must succeed; what it prints is not shown.
check() {
  local text=$1
  shift
  "$@" >/dev/null || fail "$text"
  ok "$text"
}

# same TEXT EXPECTED FOUND
same() {
  [ "$3" = "$2" ] || fail "$1; expected: $2; found: $3"
  ok "$1"
}

# quietly COMMAND...: its output is only shown when it fails; bounded in time.
quietly() {
  timeout "$step_seconds" "$@" >"$work/output" 2>&1 ||
    { tail -n 40 "$work/output" >&2; fail "$*"; }
}

absent() { [ ! -e "$1" ] && [ ! -L "$1" ]; }

# ---- The new Debian

# Runs a command in it.
readonly search_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
readonly clean_environment=(env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
  "PATH=$search_path")
inside() { "${clean_environment[@]}" chroot "$root" "$@"; }
apt_inside() {
  quietly "${clean_environment[@]}" chroot "$root" apt-get --quiet --yes --no-install-recommends \
    -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold \
    -o DPkg::Path=$search_path "$@"
}

# Where this machine's apt gets Debian from.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }'
}

# Into $root.
make_root() {
  local kept=${REFUNDD_PACKAGE_TEST_CACHE:+$REFUNDD_PACKAGE_TEST_CACHE/$release-minbase.tar}
  if [ -n "$kept" ] && [ -f "$kept" ]; then
    mkdir "$root"
    quietly tar --extract --numeric-owner --directory "$root" --file "$kept"
    return
  fi
  local from http_proxy
  from=$(mirror)
  [ -n "$from" ] || fail "apt of this machine knows no $release; try apt-get update"
  eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
  export http_proxy
  quietly debootstrap --variant=minbase "$release" "$root" "$from"
  apt_inside update
  if [ -n "$kept" ]; then
    mkdir -p "$REFUNDD_PACKAGE_TEST_CACHE"
    tar --create --numeric-owner --directory "$root" --file "$kept.new" . && mv "$kept.new" "$kept"
  fi
}

# From now on the maintainer scripts see a running systemd: its command writes down what it is told.
pretend_systemd() {
  mkdir -p "$root/run/systemd/system"
  printf '#!/bin/sh\necho "$@" >>/systemctl.log\n' >"$root/usr/local/bin/systemctl"
  chmod 755 "$root/usr/local/bin/systemctl"
}

# What systemd was told since it was last asked, one line each.
told_systemd() {
  cat "$root/systemctl.log" 2>/dev/null || true
  rm -f "$root/systemctl.log"
}

# ---- The packages

build_package() {
  (cd "$build" && quietly cpack -G DEB -B "$work/packages")
  package=$(echo "$work"/packages/*.deb)
  mkdir -p "$work/contents"
  dpkg-deb --raw-extract "$package" "$work/contents"
}

# A later version, in which two conffiles are different.
build_next_package() {
  sed -i 's/^Version: .*/Version: 99.0-1/' "$work/contents/DEBIAN/control"
  echo "# New in 99.0." >>"$work/contents/etc/refundd/refundd.toml"
  echo "New in 99.0." >>"$work/contents/etc/refundd/templates/en/refund_complete.txt"
  next_package=$work/packages/next.deb
  quietly dpkg-deb --root-owner-group --build "$work/contents" "$next_package"
}

check_contents() {
  local file
  for file in usr/bin/refundd usr/bin/refundctl \
    usr/lib/systemd/system/refundd{.service,.socket,@.service,@.service.d/20-instance.conf} \
    usr/lib/{sysusers,tmpfiles}.d/refundd.conf \
    usr/share/man/man{1/refundctl.1,5/refundd.toml.5,8/refundd.8}.gz \
    usr/share/bash-completion/completions/{refundctl,refundd} \
    usr/share/doc/refundd/{copyright,changelog.Debian.gz,examples/{logrotate,haproxy.cfg,alerts.yml,refundd.json}}; do
    [ -f "$work/contents/$file" ] || fail "the package has no /$file"
  done
  ok "programs, units, manuals, completion and copyright are in the package"
  same "an instance takes the settings of refundd.service" ../refundd.service \
    "$(readlink "$work/contents/usr/lib/systemd/system/refundd@.service.d/10-refundd.conf")"
  same "all below /etc are conffiles" \
    "$(cd "$work/contents" && find etc -type f -printf '/%p\n' | sort)" \
    "$(sort "$work/contents/DEBIAN/conffiles")"
  for file in refundd refundctl; do
    ! readelf --sections --wide "$work/contents/usr/bin/$file" | grep -q ' \.debug_\| \.symtab' ||
      fail "$file is not stripped"
  done
  ok "the programs are stripped"
  for file in "$work"/contents/DEBIAN/{postinst,prerm,postrm}; do dash -n "$file"; done
  ok "the maintainer scripts are plain sh"
  # Not by a pipe to grep -q, which would end zcat with SIGPIPE.
  check "refundctl(1) has the options of the program" \
    grep -qF 'outbox retry' <(zcat "$work/contents/usr/share/man/man1/refundctl.1.gz")
  check "refundd.toml(5) has the keys of the configuration" grep -qF 'idle_timeout_seconds = ' \
    <(zcat "$work/contents/usr/share/man/man5/refundd.toml.5.gz")
}

# ---- What an operator does

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

start_postgres() {
  local url
  database_port=$(/usr/bin/python3 -c \
    'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
  url=$("$here/private_postgres" start "$work/postgres" --tcp "$database_port")
  sql "$url" --command 'CREATE DATABASE refundd'
  database=${url/\/postgres?/\/refundd?}
}

make_secrets() {
  local secrets=$root/etc/refundd/secrets
  (umask 077
   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 \
     -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
     -keyout "$secrets/tls-private-key.pem" -out "$secrets/tls-certificate.pem" 2>/dev/null
   openssl rand -base64 32 >"$secrets/omise-webhook-secret"
   openssl rand -hex 24 >"$secrets/payjp-webhook-token")
}

# The packaged configuration, with another database, free ports and a compliance file.
edit_configuration() {
  local file=$root/etc/refundd/refundd.toml
  sed -i -E "s|^url = .*|url = \"postgresql://127.0.0.1:$database_port/refundd\"|
    s|^listen = .*|listen = \"127.0.0.1:0\"|" "$file"
  cat >>"$file" <<'END'
[outbox]
shop_name = "Example Shop"
[[sink]]
name = "compliance"
kind = "json_lines"
file = "/var/log/refundd/audit.jsonl"
[[route]]
sink = "off"
END
}

refundctl_inside() {
  timeout 30 "${clean_environment[@]}" chroot "$root" refundctl "$@"
}

migrate() {
  quietly "${clean_environment[@]}" PGUSER=postgres chroot "$root" refundctl migrate
  sql "$database" --command 'CREATE ROLE refundd LOGIN' --command 'GRANT refundd_app TO refundd'
}

# What systemd does before a start: LoadCredential=, StateDirectory= and LogsDirectory=.
prepare_start() {
  local name path
  inside install -d -o refundd -g refundd -m 0750 /var/lib/refundd /var/log/refundd
  inside install -d -o refundd -m 0700 /run/credentials-of-refundd
  while IFS=: read -r name path; do
    inside install -o refundd -m 0400 "$path" "/run/credentials-of-refundd/$name"
  done < <(sed -n 's/^LoadCredential=//p' "$root/usr/lib/systemd/system/refundd.service")
}

is_listening() {
  local line
  line=$(grep -s ' listening ' "$work/refundd.log") || return 1
  port=$(sed -nE 's/.* port=([0-9]+).*/\1/p' <<<"$line")
  admin_port=$(sed -nE 's/.* admin_port=([0-9]+).*/\1/p' <<<"$line")
}

answer_of() {
  curl --silent --max-time 5 --output "$work/answer" --write-out '%{http_code}' \
    "http://127.0.0.1:$admin_port$1"
}
is_ready() { [ "$(answer_of /readyz)" = 200 ]; }

# 20 s at most.
wait_for() {
  local tries=400
  until "$@"; do
    kill -0 "$daemon" 2>/dev/null || fail "the daemon has ended"
    [ $((tries -= 1)) -gt 0 ] || fail "waited 20 s for: $*"
    sleep 0.05
  done
}

start_daemon() {
  prepare_start
  rm -f "$work/refundd.log" # or its ports are taken for those of the new process
  "${clean_environment[@]}" CREDENTIALS_DIRECTORY=/run/credentials-of-refundd chroot "$root" \
    setpriv --reuid refundd --regid refundd --init-groups --no-new-privs \
    refundd --config /etc/refundd/refundd.toml >/dev/null 2>"$work/refundd.log" &
  daemon=$!
  wait_for is_listening
  wait_for is_ready
  same "the daemon runs as refundd" "$(inside id -u refundd)" \
    "$(awk '/^Uid:/ { print $2 }' "/proc/$daemon/status")"
  same "/healthz answers" 200 "$(answer_of /healthz)"
}

# send REFUND
send() {
  local answer
  answer=$(refundctl_inside send omise-th --event refund.create --refund "$1" \
    --amount 2000 --url "https://127.0.0.1:$port/webhooks/omise-th" 2>&1 | head -n 1) || true
  same "a signed event is answered" '200 {"verdict":"applied"}' "$answer"
}

is_in_compliance_file() { grep -q "$1" "$root/var/log/refundd/audit.jsonl" 2>/dev/null; }

stop_daemon() {
  local code=0
  kill -TERM "$daemon"
  wait "$daemon" || code=$?
  daemon=
  same "the daemon ends with 0" 0 "$code"
}

# ---- The story

[ "$(id -u)" = 0 ] || fail "a new Debian can only be made by root"
command -v debootstrap >/dev/null || fail "no debootstrap, so no new Debian to install into"
work=$(mktemp --directory /tmp/refundd-package.XXXXXX)
root=$work/root
chmod 755 "$work" # PostgreSQL runs as postgres

chapter "The package"
build_package
check "lintian finds no error and no warning" \
  lintian --allow-root --quiet --fail-on error,warning "$package"
check_contents

chapter "A new Debian: $release"
make_root
mount -t proc proc "$root/proc" # systemd-tmpfiles wants it
absent "$root/run/systemd/system" || fail "it must have no running systemd"

chapter "Install"
mkdir "$root/packages"
cp "$package" "$root/packages/first.deb"
apt_inside install /packages/first.deb
check "it says what to do next" grep -q 'The steps are in' "$work/output"
same "dpkg finds every file as packed" "" "$(inside dpkg --verify refundd)"
check "the user is there" inside getent passwd refundd
same "only root reads the secrets" "700 root root" \
  "$(stat -c '%a %U %G' "$root/etc/refundd/secrets")"
same "nothing is enabled" "" "$(find "$root/etc/systemd" -name 'refundd*')"
same "the programs say their version" "refundctl $(inside refundd --version)" \
  "$(inside refundctl --version)"
same "refundctl is completed" "orders outbox" "$(inside bash -c '
  . /usr/share/bash-completion/completions/refundctl
  COMP_WORDS=(refundctl --output json o) COMP_CWORD=3
  _refundd refundctl
  printf "%s\n" "${COMPREPLY[@]}"' | sort | xargs)"
check "systemd accepts the units" \
  inside systemd-analyze verify refundd.socket refundd.service refundd@9091.service

chapter "Configure and run"
start_postgres
make_secrets
edit_configuration
check "the configuration is good" refundctl_inside check-config
migrate
start_daemon
send rfnd_package_1
wait_for is_in_compliance_file rfnd_package_1
ok "the compliance file has it"

chapter "Upgrade"
build_next_package
cp "$next_package" "$root/packages/next.deb"
inside systemctl --quiet enable refundd.socket refundd.service refundd@9091.service
edited=$(md5sum <"$root/etc/refundd/refundd.toml")
pretend_systemd
inside /var/lib/dpkg/info/refundd.postinst configure >/dev/null
same "a first installation starts nothing" "--system daemon-reload" "$(told_systemd)"
apt_inside install /packages/next.deb
same "an upgrade restarts what runs" \
  $'--system daemon-reload\ntry-restart refundd.service refundd@*.service' "$(told_systemd)"
same "the version is the new one" 99.0-1 \
  "$(inside dpkg-query --show --showformat='${Version}' refundd)"
same "an edited configuration is kept" "$edited" "$(md5sum <"$root/etc/refundd/refundd.toml")"
check "the new one lies beside it" test -f "$root/etc/refundd/refundd.toml.dpkg-dist"
check "a text that nobody edited is the new one" \
  grep -q 'New in 99.0' "$root/etc/refundd/templates/en/refund_complete.txt"
stop_daemon
start_daemon
send rfnd_package_2
wait_for is_in_compliance_file rfnd_package_2
stop_daemon

chapter "Remove"
touch "$root/var/lib/refundd/.pgpass"
apt_inside remove refundd
same "it stops all, the socket first" \
  $'stop refundd.socket refundd.service refundd@*.service\n--system daemon-reload' "$(told_systemd)"
check "the programs are gone" absent "$root/usr/bin/refundd"
same "configuration is kept" "$edited" "$(md5sum <"$root/etc/refundd/refundd.toml")"
check "secrets are kept" test -f "$root/etc/refundd/secrets/omise-webhook-secret"
check "what is enabled stays so" \
  test -L "$root/etc/systemd/system/sockets.target.wants/refundd.socket"

chapter "Purge"
apt_inside purge refundd
check "it says what it keeps" grep -q 'kept /var/log/refundd' "$work/output"
same "only the compliance file is left" \
  $'/var/log/refundd\n/var/log/refundd/audit.jsonl\n/var/log/refundd/audit.jsonl.lock\n/var/log/refundd/audit.jsonl.position' \
  "$(find "$root" -xdev \( -name '*refundd*' -o -path '*refundd/*' \) -not -path '*/run/*' \
    -printf '/%P\n' | sort)"
same "and its owner" refundd "$(inside stat -c %U /var/log/refundd/audit.jsonl)"
same "the database is as it was" 2 \
  "$(sql "$database" --command 'SELECT count(*) FROM refundd.refunds')"

printf '\nThe package is good: built, installed, run, upgraded, removed and purged in %s s.\n' \
  "$SECONDS"
