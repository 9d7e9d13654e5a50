"""The fake provider does as the documentation says and fails as it is told: what the tests of the
daemon's reads stand on."""

import base64
import contextlib
import datetime
import http.client
import json
import subprocess
import sys
import types

import pytest

from deadline import wait_until
from fake_omise import OmiseAccount
from fake_payjp import PayjpAccount
from fake_provider import FakeProvider, Fault
from wire import trusting

KEY = "skey_0123456789"
AUTHORIZATIONS = {"omise": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode(),
                  "payjp": f"Bearer {KEY}"}
NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)


def at(minutes):
    return NOON + datetime.timedelta(minutes=minutes)


class Reader:
    """Asks this provider, over one connection as long as that lives."""

    def __init__(self, provider, certificate):
        self._connection = http.client.HTTPSConnection(
            "localhost", provider.port, context=trusting(certificate.file), timeout=20)
        self._authorization = AUTHORIZATIONS[provider.account.PROVIDER]

    def ask(self, path, authorization=None):
        """(status, headers, object)"""
        self.send(path, authorization)
        return self.receive()

    def send(self, path, authorization=None):
        self._connection.request("GET", path,
                                 headers={"Authorization": authorization or self._authorization})

    def receive(self):
        response = self._connection.getresponse()
        return response.status, response.headers, json.loads(response.read())

    def get(self, path):
        status, _, answer = self.ask(path)
        assert status == 200, answer
        return answer

    def ids(self, path):
        return [item["id"] for item in self.get(path)["data"]]

    def close(self):
        self._connection.close()


@contextlib.contextmanager
def opened(account, certificate):
    with FakeProvider(account, certificate) as provider:
        with contextlib.closing(Reader(provider, certificate)) as reader:
            yield types.SimpleNamespace(provider=provider, account=account, reader=reader)


@pytest.fixture
def omise(certificate):
    """One charge and 25 refunds of it, a minute apart."""
    account = OmiseAccount(KEY)
    account.create_charge("chrg_1", amount=1000000, order="order-1", when=at(-1))
    for n in range(25):
        account.create_refund(f"rfnd_{n}", "chrg_1", amount=2000 + n, when=at(n))
    with opened(account, certificate) as opened_account:
        yield opened_account


@pytest.fixture
def payjp(certificate):
    account = PayjpAccount(KEY)
    account.create_charge("pfw_1", amount=100000, order="order-1", when=at(-1))
    for n in range(25):
        account.create_refund(f"re_{n}", "pfw_1", amount=100 + n, when=at(n))
    with opened(account, certificate) as opened_account:
        yield opened_account


@pytest.fixture(params=["omise", "payjp"])
def either(request):
    return request.getfixturevalue(request.param)


# Omise's lists.

def test_omise_pages_by_offset(omise):
    first = omise.reader.get("/refunds")
    assert (first["object"], first["total"], first["offset"], first["limit"]) == ("list", 25, 0, 20)
    assert (first["order"], first["location"]) == ("chronological", "/refunds")
    assert [item["id"] for item in first["data"]] == [f"rfnd_{n}" for n in range(20)]
    assert omise.reader.ids("/refunds?offset=20") == [f"rfnd_{n}" for n in range(20, 25)]
    assert omise.reader.ids("/refunds?order=reverse_chronological&limit=2") == [
        "rfnd_24", "rfnd_23"]
    assert omise.reader.get("/charges/chrg_1/refunds?limit=100")["total"] == 25


def test_omise_lists_what_was_created_in_a_time_that_includes_its_ends(omise):
    listed = omise.reader.ids("/refunds?from=2026-01-31T12:03:00Z&to=2026-01-31T19:05:00%2B07:00")
    assert listed == ["rfnd_3", "rfnd_4", "rfnd_5"]


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "offset=-1", "from=yesterday",
                                   "from=2026-01-31T12:00:00", "from=2026-01-31T12:00:00+07:00",
                                   "order=newest", "after=rfnd_1", "limit=1&limit=2"])
def test_omise_refuses_what_a_list_does_not_know(omise, query):
    status, _, error = omise.reader.ask(f"/refunds?{query}")
    assert (status, error["object"], error["code"]) == (400, "error", "bad_request")


def test_omise_shows_what_became_of_an_events_delivery(omise):
    event = next(iter(omise.account.events.values()))
    assert event["webhook_deliveries"] == []
    omise.account.delivered(event)
    charge, refund = omise.reader.get("/events?limit=2")["data"]
    assert [each["webhook_deliveries"][0]["status"] for each in (charge, refund)] == [200, 503]
    assert omise.reader.get(f"/events/{event['id']}") == charge
    assert json.loads(charge["webhook_deliveries"][0]["payload"]) == event


def test_omise_tells_nobody_that_a_refund_was_settled(omise):
    event = omise.account.create_refund("rfnd_a", "chrg_1", status="pending", without=["status"])
    assert "status" not in event["data"]
    events = len(omise.account.events)
    assert omise.reader.get("/charges/chrg_1/refunds/rfnd_a")["status"] == "pending"
    omise.account.settle("rfnd_a")
    assert omise.reader.get("/charges/chrg_1/refunds/rfnd_a")["status"] == "closed"
    assert omise.account.statuses()["rfnd_a"] == "successful"
    assert len(omise.account.events) == events
    refunds = omise.account.refunds.values()
    assert omise.reader.get("/charges/chrg_1")["refunded_amount"] == sum(
        each["amount"] for each in refunds)


# PAY.JP's lists.

def test_payjp_pages_by_cursor_newest_first(payjp):
    first = payjp.reader.get("/v2/payment_refunds")
    assert (first["object"], first["url"], first["has_more"]) == (
        "list", "/v2/payment_refunds", True)
    assert [item["id"] for item in first["data"]] == [f"re_{n}" for n in range(24, 14, -1)]
    last = payjp.reader.get("/v2/payment_refunds?limit=100&starting_after=re_15")
    assert [item["id"] for item in last["data"]] == [f"re_{n}" for n in range(14, -1, -1)]
    assert last["has_more"] is False
    newer = payjp.reader.get("/v2/payment_refunds?limit=2&ending_before=re_3")
    assert ([item["id"] for item in newer["data"]], newer["has_more"]) == (["re_5", "re_4"], True)
    assert len(payjp.reader.ids("/v2/payment_flows/pfw_1/refunds?limit=100")) == 25


def test_payjp_finds_events_by_their_resource_and_type(payjp):
    payjp.account.settle("re_3", "failed", when=at(60))
    events = payjp.reader.get("/v2/events?resource_id=re_3")["data"]
    assert [event["type"] for event in events] == ["refund.failed", "refund.created"]
    assert [event["data"]["status"] for event in events] == ["failed", "succeeded"]
    assert payjp.reader.get("/v2/payment_refunds/re_3")["updated_at"] == "2026-01-31T13:00:00Z"
    assert payjp.reader.ids("/v2/events?type=payment_flow.succeeded&object=payment_flow") == [
        "evnt_payjp_1"]
    assert [event["pending_webhooks"] for event in events] == [1, 1]
    payjp.account.delivered(events[0])
    assert payjp.reader.get(f"/v2/events/{events[0]['id']}")["pending_webhooks"] == 0


@pytest.mark.parametrize("query", ["limit=101", "offset=1", "from=2026-01-31T12:00:00Z",
                                   "starting_after=re_1&ending_before=re_2"])
def test_payjp_refuses_what_a_list_does_not_know(payjp, query):
    status, headers, problem = payjp.reader.ask(f"/v2/payment_refunds?{query}")
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert (problem["status"], problem["title"]) == (400, "Bad Request")


# Both.

EVENTS = {"omise": "/events", "payjp": "/v2/events"}
REFUNDS = {"omise": "/refunds", "payjp": "/v2/payment_refunds"}


def path_of(either, paths):
    return paths[either.account.PROVIDER]


def test_nobody_reads_without_the_key(either):
    other = AUTHORIZATIONS["payjp" if either.account.PROVIDER == "omise" else "omise"]
    for authorization in (other, "Bearer", AUTHORIZATIONS["payjp"] + "0"):
        assert either.reader.ask(path_of(either, EVENTS), authorization)[0] == 401


def test_what_is_not_there_is_not_found(either):
    for path in ("/refunds/rfnd_1", "/charges/chrg_2/refunds", "/charges/chrg_2/refunds/rfnd_1",
                 "/v2/payment_refunds/re_99", "/v2/payment_flows/pfw_2/refunds",
                 "/v2/events/evnt_0"):
        assert either.reader.ask(path)[0] == 404


def test_a_fault_lasts_as_long_as_it_was_told(either):
    path = path_of(either, REFUNDS)
    either.provider.fail(Fault.status(429, retry_after=7), path, times=1)
    status, headers, _ = either.reader.ask(path)
    assert (status, headers["Retry-After"]) == (429, "7")
    assert either.reader.ask(path)[0] == 200
    either.provider.fail(Fault.status(500))
    assert [either.reader.ask(path)[0] for _ in range(3)] == [500, 500, 500]
    either.provider.heal()
    assert either.reader.ask(path)[0] == 200
    assert [each.status for each in either.provider.asked(path)] == [
        429, 200, 500, 500, 500, 200]
    assert either.provider.count("*events") == 0


@pytest.mark.parametrize("fault, error", [
    (Fault.half, http.client.IncompleteRead), (Fault.malformed, json.JSONDecodeError),
    (Fault.reset, ConnectionResetError)])
def test_an_answer_may_be_none(either, fault, error):
    either.provider.fail(fault(), times=1)
    with pytest.raises(error):
        either.reader.get(path_of(either, REFUNDS))


def test_a_provider_that_hangs_stops_all_the_same(certificate):
    with FakeProvider(PayjpAccount(KEY), certificate) as provider:
        provider.fail(Fault.hang())
        reader = Reader(provider, certificate)
        reader.send("/v2/events")
        provider.wait_for(1)
    with contextlib.closing(reader):
        with pytest.raises((http.client.HTTPException, OSError)) as end:
            reader.receive()
    assert not isinstance(end.value, TimeoutError), "nobody has cut it"


def test_a_list_changes_while_it_is_paged(either):
    path = path_of(either, REFUNDS)
    first, second = {"omise": ("rfnd_0", "?offset=10"),
                     "payjp": ("re_24", "?starting_after=re_15")}[either.account.PROVIDER]
    either.provider.after_first_page(path, lambda: either.account.hide(first))
    page = either.reader.ids(f"{path}?limit=10")
    assert page[0] == first
    rest = either.reader.ids(path + second)
    # By offset one is skipped, by cursor none.
    assert len(set(page) | set(rest)) == (24 if either.account.PROVIDER == "omise" else 20)
    assert first not in either.reader.ids(f"{path}?limit=100")


def test_a_page_is_as_old_as_its_request(payjp):
    payjp.provider.after_first_page("/v2/payment_refunds",
                                    lambda: payjp.account.settle("re_24", "failed"))
    assert payjp.reader.get("/v2/payment_refunds")["data"][0]["status"] == "succeeded"
    assert payjp.reader.get("/v2/payment_refunds")["data"][0]["status"] == "failed"


def test_the_program_shows_what_its_file_says(certificate, tmp_path):
    account = OmiseAccount("skey_demo")
    account.create_charge("chrg_1")
    state, port_file = tmp_path / "state.json", tmp_path / "port"
    state.write_text(json.dumps(account.state()))
    program = subprocess.Popen([
        sys.executable, "fake_provider.py", "--certificate", certificate.file, "--key",
        certificate.key_file, "--provider", "omise", "--api-key", KEY, "--state", state,
        "--port-file", port_file], cwd=__file__.rpartition("/")[0])
    try:
        wait_until(lambda: port_file.exists() and port_file.read_text().endswith("\n"))
        provider = types.SimpleNamespace(account=account, port=int(port_file.read_text()))
        with contextlib.closing(Reader(provider, certificate)) as reader:
            assert reader.get("/refunds")["total"] == 0
            account.create_refund("rfnd_1", "chrg_1")
            state.write_text(json.dumps(account.state()))
            assert reader.ids("/refunds") == ["rfnd_1"]
            assert [event["key"] for event in reader.get("/events")["data"]] == [
                "charge.complete", "refund.create"]
    finally:
        program.terminate()
        program.wait(10)
