"""A mail server and a ticket system on the loopback, for the demo.

    demo_receivers.py FOLDER

Takes FOLDER/tls-certificate.pem and tls-private-key.pem, and FOLDER/tickets-signing-secret. Prints
"mail URL" and "tickets URL", then writes each mail to FOLDER/mail-N.eml and each request to
FOLDER/ticket-N.json as it comes. Ends when its standard input does.
"""

import itertools
import json
import pathlib
import sys
import threading
import types

sys.path.insert(0, str(pathlib.Path(__file__).parent / "functional"))

from endpoints import MailServer, TicketServer  # noqa: E402

WAIT_SECONDS_MAX = 600


def write(path, content):
    """Whole or not at all: somebody waits for the file."""
    partial = path.with_suffix(".partial")
    partial.write_text(content, encoding="utf-8")
    partial.rename(path)


def as_read(mail):
    """The headers, and the text alternative decoded."""
    headers = "".join(f"{name}: {value}\n" for name, value in mail.message.items()
                      if not name.startswith("Content") and name != "MIME-Version")
    return headers + "\n" + mail.message.get_body(("plain",)).get_content()


def as_ticket(request):
    ticket = {"signature": "valid" if request.is_signed else "INVALID", **request.json}
    return json.dumps(ticket, indent=2, ensure_ascii=False) + "\n"


def keep(server, take):
    """Calls take(n, item) for the first, second, … item that the server receives."""
    def run():
        for n in itertools.count(1):
            take(n, server.wait_for(n, timeout=WAIT_SECONDS_MAX)[n - 1])

    threading.Thread(target=run, daemon=True).start()


def main(folder):
    certificate = types.SimpleNamespace(file=folder / "tls-certificate.pem",
                                        key_file=folder / "tls-private-key.pem")
    secret = (folder / "tickets-signing-secret").read_text(encoding="ascii").strip()
    with MailServer(certificate) as mail, TicketServer(certificate, secret) as tickets:
        print("mail", mail.url, flush=True)
        print("tickets", tickets.url, flush=True)
        keep(mail, lambda n, one: write(folder / f"mail-{n}.eml", as_read(one)))
        keep(tickets, lambda n, one: write(folder / f"ticket-{n}.json", as_ticket(one)))
        sys.stdin.read()


main(pathlib.Path(sys.argv[1]))
