"""The daemon's own compliance file: every audit entry, in step with the database."""

import signal

import pytest

from deadline import wait_until
from shop import TEMPLATES

EVERYTHING_OFF = [{"sink": "off"}]


@pytest.fixture
def audit_file(installation, tmp_path):
    """The path; the next daemon of the installation writes it and tells nobody else."""
    path = tmp_path / "audit.jsonl"
    installation.configure(
        {"outbox": {"templates_folder": str(TEMPLATES), "shop_name": "Shop"}},
        sinks=[{"name": "compliance", "kind": "json_lines", "file": str(path)}],
        routes=EVERYTHING_OFF)
    return path


def deliver(daemon, omise, *numbers):
    with daemon.client() as client:
        for n in numbers:
            client.deliver(omise.refund(f"evnt_{n}", "refund.success", f"rfnd_{n}",
                                        charge=f"chrg_{n}", order=f"order-{n}"))


def wait_for_lines(path, count):
    wait_until(lambda: path.exists() and path.read_text().count("\n") == count,
               what=f"{count} lines in {path.name}")


def test_the_daemons_file_is_what_export_makes_of_the_database(installation, omise, audit_file):
    with installation.running() as daemon:
        deliver(daemon, omise, 1, 2, 3)
        wait_for_lines(audit_file, 3)
    assert audit_file.read_text() == installation.refundctl("audit", "export").stdout
    installation.refundctl("audit", "verify", "--file", str(audit_file))


def test_a_restart_goes_on_where_the_file_ends(installation, omise, audit_file):
    for n in (1, 2):
        with installation.running() as daemon:
            deliver(daemon, omise, n)
            wait_for_lines(audit_file, n)
    assert audit_file.read_text() == installation.refundctl("audit", "export").stdout


def test_after_logrotate_and_sighup_new_lines_go_to_the_new_file(installation, omise, audit_file):
    old = audit_file.with_suffix(".jsonl.1")
    with installation.running() as daemon:
        deliver(daemon, omise, 1)
        wait_for_lines(audit_file, 1)
        audit_file.rename(old)
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(audit_file.exists, what="the new file is there")
        deliver(daemon, omise, 2)
        wait_for_lines(audit_file, 1)
    exported = installation.refundctl("audit", "export").stdout
    assert old.read_text() + audit_file.read_text() == exported


def test_a_folder_that_is_missing_stops_the_start(installation, audit_file):
    installation.configure(
        sinks=[{"name": "compliance", "kind": "json_lines",
                "file": str(audit_file.parent / "missing" / "audit.jsonl")}],
        routes=EVERYTHING_OFF)
    with pytest.raises(AssertionError, match="exit code 1.*missing"):
        with installation.running():
            pass


def test_of_two_processes_one_writes_and_the_other_goes_on_when_it_ends(installation, omise,
                                                                        audit_file):
    with installation.running(name="one") as one:
        deliver(one, omise, 1)
        wait_for_lines(audit_file, 1)
        with installation.running(name="two") as two:
            assert "another process writes the compliance file" in two.log()
            deliver(two, omise, 2)
            wait_for_lines(audit_file, 2)
            one.stop()
            deliver(two, omise, 3)
            wait_for_lines(audit_file, 3)
    assert audit_file.read_text() == installation.refundctl("audit", "export").stdout
