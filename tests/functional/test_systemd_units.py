"""The units of systemd/: systemd accepts them, the sandbox is tight, and they fit the shipped
configuration. No systemd needs to run here: its tools only read the files."""

import json
import pathlib
import re
import shutil
import subprocess
import tomllib

import pytest

from installation import BUILD, PROJECT

UNITS = PROJECT / "systemd"
CONFIG = PROJECT / "config" / "refundd.toml"
SERVICES = ["refundd.service", "refundd@.service"]
RECONCILE = ["refundd-reconcile.service", "refundd-reconcile.timer"]
EXPOSURE_MAX = 1.5
SANDBOX_BEGINS = "# ---- Sandbox."


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def settings(name):
    """(section, key, value) of each line that sets something, in the file's order."""
    found = []
    section = ""
    for line in (UNITS / name).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.append((section, key, value))
    return found


def values(name, wanted):
    return [value for _, key, value in settings(name) if key == wanted]


def value(name, wanted):
    [only] = values(name, wanted)
    return only


def sandbox_lines():
    """The part of refundd.service that says what it may not do."""
    text = (UNITS / "refundd.service").read_text()
    return text.partition(SANDBOX_BEGINS)[2].partition("[Install]")[0].splitlines()[1:]


@pytest.fixture
def units(tmp_path):
    """A copy of the folder that runs the program of this build: systemd wants it to exist."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder, symlinks=True)
    for file in [*folder.glob("*.service"), *folder.glob("*.d/2*.conf")]:
        text = file.read_text().replace("/usr/bin/refundd ", f"{BUILD / 'refundd'} ")
        file.write_text(text.replace("/usr/bin/refundctl ", f"{BUILD / 'refundctl'} "))
    return folder


@pytest.mark.parametrize("name", [*SERVICES, "refundd.socket", *RECONCILE])
def test_systemd_has_nothing_to_say_about_a_unit(units, name):
    done = run("systemd-analyze", "verify", units / name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", SERVICES)
def test_the_exposure_is_small(name):
    done = run("systemd-analyze", "security", "--offline=true", UNITS / name)
    assert done.returncode == 0, done.stderr
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+) ", done.stdout)
    assert float(exposure[1]) <= EXPOSURE_MAX, done.stdout


def test_the_reconciliation_is_as_well_guarded_as_refundd_service():
    def guards(name):
        text = (UNITS / name).read_text().partition(SANDBOX_BEGINS.rstrip("."))[2]
        return [line for line in text.partition("[Install]")[0].splitlines()[1:]
                if line and not line.startswith("#")]

    assert len(guards("refundd.service")) > 30
    assert guards("refundd-reconcile.service") == guards("refundd.service")


def test_the_reconciliation_is_started_by_its_timer_alone():
    assert not values("refundd-reconcile.service", "WantedBy")
    assert "reconcile --all --yesterday" in value("refundd-reconcile.service", "ExecStart")
    done = run("systemd-analyze", "calendar", value("refundd-reconcile.timer", "OnCalendar"))
    assert done.returncode == 0, done.stderr


def test_an_instance_is_as_well_guarded_as_refundd_service():
    def findings(name):
        done = run("systemd-analyze", "security", "--offline=true", "--json=short", UNITS / name)
        return json.loads(done.stdout)

    assert findings("refundd@.service") == findings("refundd.service")


def test_an_instance_differs_in_its_admin_port_only():
    folder = UNITS / "refundd@.service.d"
    assert sorted(file.name for file in folder.iterdir()) == ["10-refundd.conf",
                                                              "20-instance.conf"]
    assert (folder / "10-refundd.conf").readlink() == pathlib.Path("../refundd.service")
    assert not values("refundd@.service", "ExecStart")
    own = settings("refundd@.service.d/20-instance.conf")
    assert [key for _, key, _ in own] == ["Description", "ExecStart", "ExecStart"]
    assert own[1][2] == ""
    assert own[2][2] == (
        value("refundd.service", "ExecStart") + " --admin-listen 127.0.0.1:%i")


def test_an_instance_without_its_sandbox_is_refused(units):
    shutil.rmtree(units / "refundd@.service.d")
    done = run("systemd-analyze", "verify", units / "refundd@.service")
    assert done.returncode != 0
    assert "ExecStart" in done.stderr


def test_each_line_of_the_sandbox_has_its_reason():
    lines = sandbox_lines()
    guards = [number for number, line in enumerate(lines) if line and not line.startswith("#")]
    assert len(guards) > 30
    for number in guards:
        assert re.match(r"# \w", lines[number - 1]), f"no reason for {lines[number]}"


def test_the_socket_is_the_one_that_refundd_takes():
    assert value("refundd.socket", "FileDescriptorName") == "webhooks"
    assert value("refundd.socket", "Accept") == "no"
    assert value("refundd.service", "Sockets") == "refundd.socket"
    port = tomllib.loads(CONFIG.read_text())["listener"]["listen"].rpartition(":")[2]
    assert value("refundd.socket", "ListenStream") == port


# ---- The units and the shipped configuration.


def secrets_in_use():
    """Each file that the configuration names and systemd must hand over."""
    def files(table):
        for key, content in table.items():
            if key.endswith("_file"):
                yield content
            elif key.endswith("_files"):
                yield from content
            elif isinstance(content, dict):
                yield from files(content)
            elif isinstance(content, list):
                for item in content:
                    yield from files(item)

    return set(files(tomllib.loads(CONFIG.read_text())))


def secrets_of_examples():
    """Those of the examples in it. A ca_file is no secret."""
    examples = re.findall(r'^# (\w+)_file = "(.+)"$', CONFIG.read_text(), re.MULTILINE)
    return {name for key, name in examples if not key.endswith("ca")}


def credentials(begin):
    """The names behind lines that begin so; each comes from the file of its name."""
    found = re.findall(rf"^{begin}LoadCredential=(.+?):(.+)$",
                       (UNITS / "refundd.service").read_text(), re.MULTILINE)
    for name, path in found:
        assert path == f"/etc/refundd/secrets/{name}"
    assert len(found) == len({name for name, _ in found})
    return {name for name, _ in found}


def test_the_credentials_are_the_secrets_of_the_shipped_configuration():
    assert secrets_in_use() == credentials("")


def test_the_credentials_of_the_examples_are_there_to_be_switched_on():
    assert secrets_of_examples() == credentials("#")


def test_refundd_ends_by_itself_before_systemd_ends_it():
    own_deadline = tomllib.loads(CONFIG.read_text())["listener"]["stop_timeout_seconds"]
    assert int(value("refundd.service", "TimeoutStopSec")) > own_deadline


def test_there_are_descriptors_and_a_backlog_for_all_connections():
    connections = tomllib.loads(CONFIG.read_text())["listener"]["connections_max"]
    assert int(value("refundd.service", "LimitNOFILE")) > connections
    assert int(value("refundd.socket", "Backlog")) >= connections


def test_crashes_alone_never_reach_the_start_limit():
    # Otherwise the socket would be closed after a bad minute.
    starts = int(value("refundd.service", "StartLimitIntervalSec")) / int(
        value("refundd.service", "RestartSec"))
    assert int(value("refundd.service", "StartLimitBurst")) > starts + 1


def test_the_compliance_file_lies_where_refundd_may_write():
    [folder] = re.findall(r'^# file = "(.+)/[^/]+"$', CONFIG.read_text(), re.MULTILINE)
    assert folder == f"/var/log/{value('refundd.service', 'LogsDirectory')}"


# ---- The user and the folders.


def users_after(folder):
    """Name to fields, after systemd-sysusers worked in an empty system."""
    (folder / "etc").mkdir(exist_ok=True)
    done = run("systemd-sysusers", f"--root={folder}", UNITS / "refundd.sysusers")
    assert done.returncode == 0, done.stderr
    lines = (folder / "etc" / "passwd").read_text().splitlines()
    return {line.split(":")[0]: line.split(":") for line in lines}


def test_the_user_of_the_service_is_made_and_cannot_log_in(tmp_path):
    users = users_after(tmp_path)
    assert list(users) == [value("refundd.service", "User")]
    assert users["refundd"][5:] == ["/var/lib/refundd", "/usr/sbin/nologin"]
    groups = (tmp_path / "etc" / "group").read_text()
    assert f"{value('refundd.service', 'Group')}:" in groups


def test_a_dry_run_of_the_user_changes_nothing(tmp_path):
    done = run("systemd-sysusers", "--dry-run", f"--root={tmp_path}", UNITS / "refundd.sysusers")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "etc" / "passwd").exists()


def test_only_root_may_look_into_the_folder_of_secrets(tmp_path):
    users_after(tmp_path)
    done = run("systemd-tmpfiles", "--create", f"--root={tmp_path}", UNITS / "refundd.tmpfiles")
    assert (done.returncode, done.stderr) == (0, "")
    secrets = (tmp_path / "etc" / "refundd" / "secrets").stat()
    assert (secrets.st_mode & 0o7777, secrets.st_uid, secrets.st_gid) == (0o700, 0, 0)
