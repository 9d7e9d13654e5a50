"""A configuration that would tell people nonsense, or nobody, is refused before anybody is told."""

import dataclasses
import shutil
import subprocess

import pytest

from installation import BUILD, Installation
from shop import TEMPLATES, Shop


@dataclasses.dataclass(frozen=True)
class Elsewhere:
    """In the place of a server that nobody reaches."""

    url: str


@pytest.fixture
def idle_shop(certificate, tmp_path):
    """A Shop without a database."""
    installation = Installation(tmp_path / "refundd", certificate,
                                "postgresql:///refundd?host=/nonexistent")
    return Shop(installation, None, Elsewhere("smtp://localhost:9"),
                Elsewhere("https://localhost:9"))


def refusal(shop):
    """What both programs say; the daemon ends with 78."""
    daemon = subprocess.run([BUILD / "refundd", "--config", shop.installation.config_file],
                            capture_output=True, text=True, timeout=30)
    assert daemon.returncode == 78, daemon
    assert daemon.stdout == ""
    assert shop.installation.refundctl("check-config", code=1).stderr == daemon.stderr
    return daemon.stderr


def test_the_shop_of_the_other_tests_is_good(idle_shop):
    assert "good" in idle_shop.installation.refundctl("check-config").stdout


def test_all_mistakes_are_told_together(idle_shop, tmp_path):
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    (templates / "en" / "refund_complete.txt").write_text(
        "{{order_id}} {{amount}} {{card_number}}\n")
    (templates / "ja" / "refund_failed.html").unlink()
    idle_shop.installation.configure(
        {"outbox": {"templates_folder": str(templates), "shop_name": ""}},
        sinks=[idle_shop.mail_sink({"from_address": "nobody", "timeout_seconds": 61}),
               idle_shop.tickets_sink({"url": "http://tickets.example/new"}),
               {"name": "odd", "kind": "pigeon"}],
        routes=[{"audience": "customer", "sink": "nobody"},
                {"audience": "managers", "template": "refund_failed", "sink": "off"},
                {"audience": "support", "sink": "mail"}])
    said = refusal(idle_shop)
    for key, what in [
            ("outbox.templates_folder", "en/refund_complete.txt shows {{card_number}}"),
            ("outbox.templates_folder", "ja/refund_failed.html is missing"),
            ("outbox.shop_name", "required"),
            ("sink[0].timeout_seconds", "60"),
            ("sink[0]", "from_address"),
            ("sink[1]", "https"),
            ("sink[2].kind", "must be one of"),
            ("route[0].sink", "not the name of a sink"),
            ("route[1].audience", "customer, support, finance"),
            ("route[2].recipient", "required"),
            ("route", 'audience "finance"')]:
        assert any(f": {key}: " in line and what in line for line in said.splitlines()), (
            key, what, said)


@pytest.mark.parametrize("changes, what", [
    ({"url": "http://tickets.example"}, "https"),
    ({"url": "http://127.0.0.1.evil.example"}, "https"),
    ({"url": "ftp://localhost"}, "https"),
    ({"url": "https://user:secret@localhost"}, "user name"),
    ({"url": None}, "url"),
    ({"preset": "jira"}, "preset"),
    ({"signing_secret_file": "mail-password"}, "signing_secret"),
    ({"signing_secret_file": "missing"}, "missing"),
    ({"from_address": "a@b.example"}, "from_address"),
    ({"reference_pointer": "ticket.id"}, "reference_pointer"),
    ({"timeout_seconds": 25}, "listener.stop_timeout_seconds"),
])
def test_an_endpoint_that_must_not_be_used_is_refused(idle_shop, changes, what):
    idle_shop.tell(tickets=changes)
    said = refusal(idle_shop)
    assert "sink[1]" in said and what in said
    assert "sesame" not in said and "user:secret" not in said


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"])
def test_the_loopback_needs_no_tls(idle_shop, url):
    idle_shop.tell(tickets={"url": url})
    idle_shop.installation.refundctl("check-config")


@pytest.mark.parametrize("changes, what", [
    ({"url": "smtp://mail.example", "tls": "none"}, "password"),
    ({"url": "http://localhost:25"}, "smtp://"),
    ({"tls": "maybe"}, "tls"),
    ({"password_file": None}, "password"),
    ({"from_address": "a@b.example\r\nBcc: x@evil.example"}, "from_address"),
    ({"from_address": None}, "from_address"),
])
def test_a_mail_server_that_must_not_be_used_is_refused(idle_shop, changes, what):
    idle_shop.tell(mail=changes)
    said = refusal(idle_shop)
    assert "sink[0]" in said and what in said
    assert "sesame" not in said


@pytest.mark.parametrize("missing", ["customer", "support", "finance"])
def test_an_audience_without_a_route_is_refused(idle_shop, missing):
    routes = [route for route in idle_shop.routes() if route["audience"] != missing]
    # One for some of its messages is not one for all.
    routes.append({"audience": missing, "template": "refund_*", "sink": "off"})
    idle_shop.installation.configure(
        {"outbox": {"templates_folder": str(TEMPLATES), "shop_name": "Shop"}},
        sinks=[idle_shop.mail_sink(), idle_shop.tickets_sink()], routes=routes)
    assert f'audience "{missing}"' in refusal(idle_shop)


def test_routes_without_a_sink_are_refused(idle_shop):
    idle_shop.installation.configure(routes=[{"sink": "nobody"}])
    assert "route[0].sink" in refusal(idle_shop)
