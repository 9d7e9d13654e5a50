#!/usr/bin/env bash
# A short story told with signed webhooks: a private PostgreSQL, refundd with TLS, refundctl, and in
# the end a mail server and a ticket system that receive what people are told.
#
#   demo.sh BUILD_FOLDER      where refundd and refundctl are, e.g. build/release
#
# Every answer is checked; the exit code is 1 as soon as one is not what the story says. Everything
# lives in a temporary folder and ends with this script.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
build=$(realpath "${1:-$here/../build/release}")
if [ ! -x "$build/refundd" ] || [ ! -x "$build/refundctl" ]; then
  echo "demo: no refundd and refundctl in $build: ./dev build" >&2
  exit 1
fi

bold='' dim='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'
fi

work=
daemon=
receivers=
provider=
clean_up() {
  trap '' INT TERM
  local process
  for process in "$daemon" "$receivers" "$provider"; do
    if [ -n "$process" ]; then
      kill -KILL "$process" 2>/dev/null || true
      wait "$process" 2>/dev/null || true
    fi
  done
  if [ -n "$work" ]; then
    "$here/private_postgres" stop "$work/postgres" || true
    rm -rf "$work"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

chapter() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
say() { printf '\n%s\n' "$1"; }
show_command() { printf '%s  $ %s%s\n' "$dim" "$1" "$plain"; }

not_as_told() {
  printf '\n%sNot as told: %s%s\n' "$red" "$1" "$plain" >&2
  [ -f "$work/refundd.log" ] && { echo "The last lines of the daemon's log:" && tail -n 20 "$work/refundd.log"; } >&2
  exit 1
}

# send ANSWER SOURCE OPTION...: posts one signed event; ANSWER is "200 applied", "401", …
send() {
  local expected=$1 source=$2 line found
  shift 2
  show_command "refundctl send $source $*"
  line=$("$build/refundctl" --config "$work/refundd.toml" send "$source" \
    --url "https://127.0.0.1:$port/webhooks/$source" "$@" 2>&1 | head -n 1) || true
  printf '    %s\n' "$line"
  found=$(sed -E 's/^([0-9]+) \{"verdict":"([a-z]+)"\}$/\1 \2/; s/^([0-9]+) \{"error".*$/\1/' <<<"$line")
  [ "$found" = "$expected" ] || not_as_told "expected the answer $expected"
}

sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$database" "$@"
}

# expect VALUE QUERY
expect() {
  local found
  found=$(sql --tuples-only --no-align --command "$2")
  [ "$found" = "$1" ] || not_as_told "expected $1, found $found: $2"
}

table() {
  sql --pset footer=off --pset null=- --pset border=1 --command "$1" | sed '/^$/d; s/^/    /'
}

explain() {
  show_command "refundctl explain $*"
  "$build/refundctl" --config "$work/refundd.toml" explain "$@" | sed 's/^./    &/' ||
    not_as_told "the refund could not be explained"
}

# Waits for a sign that a command gives, 20 s at most.
wait_for() {
  local tries=400
  until "$@"; do
    kill -0 "$daemon" 2>/dev/null || not_as_told "the daemon has ended"
    [ $((tries -= 1)) -gt 0 ] || not_as_told "waited 20 s for: $*"
    sleep 0.05
  done
}

is_listening() {
  local line
  line=$(grep ' listening ' "$work/refundd.log" 2>/dev/null) || return 1
  port=$(sed -nE 's/.* port=([0-9]+).*/\1/p' <<<"$line")
  admin_port=$(sed -nE 's/.* admin_port=([0-9]+).*/\1/p' <<<"$line")
}

is_ready() {
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$admin_port" || return 1
  printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  read -r status <&3
  exec 3>&-
  [[ $status == *" 200 "* ]]
}

make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout "$work/tls-private-key.pem" -out "$work/tls-certificate.pem" 2>/dev/null
}

make_secrets() {
  (umask 077
   openssl rand -base64 32 >"$work/omise-webhook-secret"
   openssl rand -hex 24 >"$work/payjp-webhook-token")
}

make_configuration() {
  cat >"$work/refundd.toml" <<END
[listener]
listen = "127.0.0.1:0"
certificate_file = "tls-certificate.pem"
private_key_file = "tls-private-key.pem"
[admin]
listen = "127.0.0.1:0"
[database]
url = "$database_url"
[[source]]
name = "omise-th"
provider = "omise"
webhook_secret_files = ["omise-webhook-secret"]
currency_default = "THB"
[[source]]
name = "payjp-jp"
provider = "payjp"
webhook_token_files = ["payjp-webhook-token"]
currency_default = "JPY"
END
}

start_daemon() {
  show_command "refundd --config refundd.toml &"
  rm -f "$work/refundd.log" # or its ports are taken for those of the new process
  "$build/refundd" --config "$work/refundd.toml" 2>"$work/refundd.log" &
  daemon=$!
  wait_for is_listening
  wait_for is_ready
}

stop_daemon() {
  local code=0
  kill -TERM "$daemon"
  wait "$daemon" || code=$?
  daemon=
  [ "$code" = 0 ] || not_as_told "the daemon ended with exit code $code"
}

has_received() { ls "$work"/mail-1.eml "$work"/ticket-1.json >/dev/null 2>&1; }
has_urls() { [ "$(wc -l <"$work/receivers.txt")" = 2 ]; }
has_told_everybody() {
  [ "$(sql --tuples-only --no-align --command "SELECT count(*) FROM outbox_messages WHERE state = 'pending'")" = 0 ]
}

# The mail server and the ticket system end with this script, which holds their standard input.
start_receivers() {
  (umask 077
   printf 'whsec_%s\n' "$(openssl rand -base64 32)" >"$work/tickets-signing-secret")
  mkfifo "$work/receivers.in"
  /usr/bin/python3 "$here/demo_receivers.py" "$work" <"$work/receivers.in" >"$work/receivers.txt" \
    2>"$work/receivers.log" &
  receivers=$!
  exec 4>"$work/receivers.in"
  wait_for has_urls
}

tell_people() {
  cat >>"$work/refundd.toml" <<END
[outbox]
shop_name = "Example Shop"
templates_folder = "$here/../config/templates"
[[sink]]
name = "mail"
kind = "smtp"
url = "$(sed -n 's/^mail //p' "$work/receivers.txt")"
from_address = "refunds@shop.example"
from_name = "Example Shop"
ca_file = "tls-certificate.pem"
[[sink]]
name = "tickets"
kind = "http"
url = "$(sed -n 's/^tickets //p' "$work/receivers.txt")"
signing_secret_file = "tickets-signing-secret"
reference_pointer = "/ticket/id"
ca_file = "tls-certificate.pem"
[[route]]
audience = "customer"
sink = "mail"
[[route]]
sink = "tickets"
END
}

# What an account at Omise holds: one charge, three refunds of it, an event for each.
write_account() {
  local numbers="1 2 3" number comma=
  local charge='"object": "charge", "id": "chrg_outlet", "livemode": true, "amount": 90000,
    "currency": "THB", "status": "successful", "metadata": {"order_id": "order-8"}, "created_at": "'$1'"'
  refund() {
    echo '"object": "refund", "id": "rfnd_outlet_'"$1"'", "livemode": true, "charge": "chrg_outlet",
      "amount": '"$1"'0000, "currency": "THB", "status": "closed", "metadata": {}, "created_at": "'"$2"'"'
  }
  {
    echo '{"charges": [{'"$charge"'}], "refunds": ['
    for number in $numbers; do
      echo "$comma{$(refund "$number" "$1")}"
      comma=,
    done
    echo '], "events": ['
    comma=
    for number in $numbers; do
      echo "$comma"'{"object": "event", "id": "evnt_outlet_'"$number"'", "livemode": true,
        "key": "refund.create", "created_at": "'"$1"'", "webhook_deliveries": [],
        "data": {'"$(refund "$number" "$1")"'}}'
      comma=,
    done
    echo ']}'
  } >"$work/outlet.json"
}

is_provider_there() { [ -s "$work/outlet-port" ]; }

start_provider() {
  (umask 077
   echo "skey_demo" >"$work/outlet-secret-key")
  /usr/bin/python3 "$here/functional/fake_provider.py" --certificate "$work/tls-certificate.pem" \
    --key "$work/tls-private-key.pem" --provider omise --api-key skey_demo \
    --state "$work/outlet.json" --port-file "$work/outlet-port" 2>"$work/provider.log" &
  provider=$!
  wait_for is_provider_there
}

add_outlet() {
  cat >>"$work/refundd.toml" <<END
[[source]]
name = "omise-outlet"
provider = "omise"
webhook_secret_files = ["omise-webhook-secret"]
currency_default = "THB"
END
}

# Into the last table of the file.
ask_the_outlet() {
  cat >>"$work/refundd.toml" <<END
api_key_file = "outlet-secret-key"
api_url = "https://127.0.0.1:$(cat "$work/outlet-port")"
api_ca_file = "tls-certificate.pem"
END
}

has_caught_up() {
  [ "$(sql --tuples-only --no-align --command "SELECT count(*) FROM source_reads WHERE source = 'omise-outlet' AND last_read_at IS NOT NULL AND catching_up_since IS NULL")" = 1 ]
}

started=$SECONDS
work=$(mktemp --directory /tmp/refundd-demo.XXXXXX)
chmod 755 "$work" # the server of a root's demo runs as postgres

chapter "Setting up"
say "A private PostgreSQL, a fresh certificate for localhost, random secrets (mode 0600)."
database_url=$("$here/private_postgres" start "$work/postgres")
database="$database_url&options=-csearch_path%3Drefundd%20-cTimeZone%3DUTC"
make_certificate
make_secrets
make_configuration
show_command "refundctl migrate"
"$build/refundctl" --config "$work/refundd.toml" migrate | sed 's/^/    /'
start_daemon
echo "    listening with TLS on 127.0.0.1:$port, ready"

chapter "1. A full refund, delivered twice"
say "A customer paid 1,000.00 THB for order-1: the charge tells its total and its order."
send "200 applied" omise-th --event charge.complete --charge chrg_full --order order-1 --amount 100000 --occurred-at 2026-01-31T09:00:00Z
say "All of it is to be paid back. The customer is told that it has begun …"
send "200 applied" omise-th --event refund.create --refund rfnd_full --charge chrg_full --amount 100000 --reason requested_by_customer --occurred-at 2026-01-31T10:00:00Z
say "… and, when Omise says so, that it is done."
success=(--event refund.success --event-id evnt_full --refund rfnd_full --charge chrg_full --amount 100000 --occurred-at 2026-01-31T10:05:00Z)
send "200 applied" omise-th "${success[@]}"
say "Omise delivers the same event again: nothing happens twice."
send "200 duplicate" omise-th "${success[@]}"
table "SELECT order_id, status, total_minor, refunded_minor FROM orders WHERE order_id = 'order-1'"
expect "refunded|100000|100000" "SELECT status, total_minor, refunded_minor FROM orders WHERE order_id = 'order-1'"
expect 2 "SELECT count(*) FROM refund_audit WHERE refund_id = 'rfnd_full'"
expect 2 "SELECT count(*) FROM outbox_messages WHERE refund_id = 'rfnd_full'"

chapter "2. Three partial refunds of one charge"
say "The charge of order-2: 100 000 satang."
send "200 applied" omise-th --event charge.complete --charge chrg_part --order order-2 --amount 100000 --occurred-at 2026-01-31T09:00:00Z
say "Three refunds of 10 000, 30 000 and 25 000 satang."
send "200 applied" omise-th --event refund.success --refund rfnd_part_1 --charge chrg_part --amount 10000 --occurred-at 2026-01-31T11:00:00Z
send "200 applied" omise-th --event refund.success --refund rfnd_part_2 --charge chrg_part --amount 30000 --occurred-at 2026-01-31T12:00:00Z
send "200 applied" omise-th --event refund.success --refund rfnd_part_3 --charge chrg_part --amount 25000 --occurred-at 2026-01-31T13:00:00Z
say "100 000 - 10 000 - 30 000 - 25 000 leaves 35 000:"
table "SELECT charge_id, original_amount, refunded_amount, remaining_amount, refund_count, refunded_percentage AS percent, fully_refunded FROM charge_summary WHERE charge_id = 'chrg_part'"
expect "65000|35000|3|f" "SELECT refunded_amount, remaining_amount, refund_count, fully_refunded FROM charge_summary WHERE charge_id = 'chrg_part'"
expect "partially_refunded" "SELECT status FROM orders WHERE order_id = 'order-2'"

chapter "3. A refund that fails"
say "The merchant's balance at Omise does not suffice."
send "200 applied" omise-th --event refund.create --refund rfnd_fail --charge chrg_fail --order order-3 --amount 50000 --occurred-at 2026-01-31T10:00:00Z
send "200 applied" omise-th --event refund.fail --refund rfnd_fail --charge chrg_fail --order order-3 --amount 50000 --failure-code insufficient_balance --occurred-at 2026-01-31T10:01:00Z
say "Support gets a ticket that says what to do, finance hears of the balance:"
table "SELECT audience, template, state, payload->>'nextStep' AS what_to_do FROM outbox_messages WHERE refund_id = 'rfnd_fail' ORDER BY created_at, audience DESC"
expect "finance insufficient_balance,support refund_failed" "SELECT string_agg(audience || ' ' || template, ',' ORDER BY audience) FROM outbox_messages WHERE refund_id = 'rfnd_fail' AND audience <> 'customer'"
expect "refund_failed" "SELECT status FROM orders WHERE order_id = 'order-3'"

chapter "4. A PayPay refund"
say "A payment of 3,000 yen at PAY.JP, and its refund: pending, requires_action, succeeded."
send "200 applied" payjp-jp --event payment_flow.succeeded --charge pfw_paypay --order order-4 --amount 3000 --payment-method paypay --occurred-at 2026-01-31T09:00:00Z
paypay=(--event refund.created --refund re_paypay --charge pfw_paypay --amount 3000)
send "200 applied" payjp-jp "${paypay[@]}" --status pending --occurred-at 2026-01-31T10:00:00Z
send "200 applied" payjp-jp "${paypay[@]}" --status requires_action --occurred-at 2026-01-31T10:10:00Z
expect "pending|t" "SELECT status, action_required FROM refunds WHERE refund_id = 're_paypay'"
send "200 applied" payjp-jp "${paypay[@]}" --status succeeded --occurred-at 2026-01-31T10:20:00Z
expect "successful|f" "SELECT status, action_required FROM refunds WHERE refund_id = 're_paypay'"
say "The whole story of this refund, for a support agent:"
explain re_paypay
say "The same for a colleague in Japan (its beginning):"
explain re_paypay --lang ja | sed -n '1,10p'

chapter "5. A forged request"
say "Somebody without the secret claims that a refund succeeded."
send "401" omise-th --event refund.success --refund rfnd_forged --charge chrg_part --amount 35000 --forge
say "Nothing was stored, nothing moved."
expect 0 "SELECT count(*) FROM webhook_events WHERE refund_id = 'rfnd_forged'"
expect 35000 "SELECT remaining_amount FROM charge_summary WHERE charge_id = 'chrg_part'"

chapter "6. A success that arrives before its create"
say "Webhooks come in any order. First the end …"
send "200 applied" omise-th --event refund.success --refund rfnd_early --charge chrg_early --order order-6 --amount 20000 --occurred-at 2026-01-31T10:05:00Z
say "… then the beginning, which is older and changes nothing."
send "200 stale" omise-th --event refund.create --refund rfnd_early --charge chrg_early --order order-6 --amount 20000 --occurred-at 2026-01-31T10:00:00Z
expect "successful" "SELECT status FROM refunds WHERE refund_id = 'rfnd_early'"
say "The customer hears once, and only what is true:"
table "SELECT audience, template, payload->>'amountText' AS amount FROM outbox_messages WHERE refund_id = 'rfnd_early'"
expect "customer|refund_complete" "SELECT audience, template FROM outbox_messages WHERE refund_id = 'rfnd_early'"

chapter "What a support agent sees"
say "All refunds:"
table "SELECT refund_id, order_id, status, amount_minor AS amount, currency, failure_code, evidence FROM refunds ORDER BY order_id, refund_id"
say "All orders (a total is only claimed where a charge or an import tells it):"
table "SELECT order_id, status, total_known, total_minor AS total, refunded_minor AS refunded, pending_minor AS pending FROM orders ORDER BY order_id"
say "What is waiting to be sent:"
table "SELECT audience, template, count(*) FROM outbox_messages WHERE state = 'pending' GROUP BY 1, 2 ORDER BY 1, 2"
say "Nobody has touched the history:"
show_command "refundctl audit verify"
"$build/refundctl" --config "$work/refundd.toml" audit verify | sed 's/^/    /' ||
  not_as_told "the audit trail does not verify"
expect "7" "SELECT count(*) FROM refunds"
expect "5" "SELECT count(*) FROM orders"

chapter "7. Telling people"
say "Until now the configuration named nobody to tell. A mail server and a ticket system start on this
machine, and the shop's order list tells the customers' addresses:"
start_receivers
cat >"$work/orders.csv" <<END
order_id,source,charge_id,currency,total_minor,customer_email,customer_locale
order-1,omise-th,chrg_full,THB,100000,somchai@customer.example,th-TH
order-4,payjp-jp,pfw_paypay,JPY,3000,hanako@customer.example,ja-JP
END
show_command "refundctl orders import orders.csv"
"$build/refundctl" --config "$work/refundd.toml" orders import "$work/orders.csv" | sed 's/^/    /'
stop_daemon
tell_people
say "The daemon starts again, with two [[sink]] and two [[route]]:"
start_daemon
wait_for has_received
wait_for has_told_everybody
say "What became of the messages. Nobody hears what is no longer so, and support hears of customers
without an address:"
table "SELECT audience, template, refund_id, state, sink, left(last_error, 44) AS why_not FROM outbox_messages ORDER BY state, audience, created_at"
expect "2" "SELECT count(*) FROM outbox_messages WHERE audience = 'customer' AND state = 'sent'"
expect "0" "SELECT count(*) FROM outbox_messages WHERE template = 'refund_initiated' AND state = 'sent'"
expect "0" "SELECT count(*) FROM outbox_messages WHERE state = 'dead'"
mail=$(grep -l re_paypay "$work"/mail-*.eml) || not_as_told "the mail about re_paypay did not come"
say "The mail as the customer of order-4 received it:"
sed 's/^./    &/' "$mail"
ticket=$(grep -l '"type": "refund_failed"' "$work"/ticket-*.json) || not_as_told "the ticket did not come"
say "The ticket as the ticket system received it, its signature checked:"
sed 's/^/    /' "$ticket"
grep -q '"signature": "valid"' "$ticket" || not_as_told "the ticket is not signed"
say "Where each message went, for a support agent:"
show_command "refundctl outbox list --refund rfnd_fail"
"$build/refundctl" --config "$work/refundd.toml" outbox list --refund rfnd_fail | sed 's/^/    /'

chapter "8. Two webhooks that never came"
say "Another account, the outlet's, with a charge and three refunds of today. Omise delivers the webhooks
of the charge and of the first refund; those of the other two are lost."
made_at=$(date --utc --date '5 minutes ago' +%FT%TZ)
add_outlet
stop_daemon
start_daemon
send "200 applied" omise-outlet --event charge.complete --charge chrg_outlet --order order-8 --amount 90000 --occurred-at "$made_at"
send "200 applied" omise-outlet --event refund.create --event-id evnt_outlet_1 --refund rfnd_outlet_1 --charge chrg_outlet --amount 10000 --status closed --occurred-at "$made_at"
say "Now the daemon gets a key for the account's API, for which a stand-in starts on this machine. After the
start it reads the account's lists and finds what is missing:"
write_account "$made_at"
start_provider
ask_the_outlet
stop_daemon
start_daemon
wait_for has_caught_up
table "SELECT refund_id, status, amount_minor AS amount, evidence FROM refunds WHERE source = 'omise-outlet' ORDER BY refund_id"
expect "3 successful" "SELECT count(*) || ' ' || min(status) FROM refunds WHERE source = 'omise-outlet'"
expect "2" "SELECT count(*) FROM refunds WHERE source = 'omise-outlet' AND evidence = 'api_read'"
day=$(TZ=Asia/Bangkok date --date "$made_at" +%F)
say "Finance compares the day with the account: nothing is missing, here or there."
show_command "refundctl reconcile --source omise-outlet --from $day"
"$build/refundctl" --config "$work/refundd.toml" reconcile --source omise-outlet --from "$day" |
  sed 's/^/    /' || not_as_told "the reconciliation is not clean"
say "And every row is what its evidence says:"
show_command "refundctl rebuild --verify"
"$build/refundctl" --config "$work/refundd.toml" rebuild --verify | sed 's/^/    /' ||
  not_as_told "a row is not what the events say"

chapter "Stopping"
stop_daemon
echo "    refundd finished what it had accepted and ended with exit code 0"
echo
echo "Everything was as told, in $((SECONDS - started)) seconds; nothing is left behind."
