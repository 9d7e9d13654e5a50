"""A journal of systemd's own, for whoever runs inside its mount namespace."""

import json
import subprocess

import pytest

from deadline import wait_until

# The machine may have a journal of its own, whose socket shows until /run is ours.
START = """
mount -t tmpfs tmpfs /run
touch /run/is-ours
mkdir -p /run/systemd/journal /run/log/journal
exec /lib/systemd/systemd-journald
"""


def with_own_mounts():
    """What a command must begin with to have mounts of its own: root's right, and not in every
    container."""
    command = ["unshare", "--mount"]
    if subprocess.run([*command, "true"], capture_output=True, timeout=30).returncode != 0:
        pytest.skip("this machine gives us no mounts of our own")
    return command


class Journal:
    """Usable as a context. `inside` is what a command must begin with to use this journal."""

    def __init__(self, folder):
        self._log_file = folder / "journald.log"
        self._process = None

    def __enter__(self):
        with open(self._log_file, "wb") as log:
            self._process = subprocess.Popen([*with_own_mounts(), "sh", "-ec", START],
                                             stdout=log, stderr=log)
        wait_until(lambda: self._is_there(), what="the journal takes lines")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        assert self._process.wait(20) == 0, self._log_file.read_text()

    @property
    def inside(self):
        return ["nsenter", "--target", str(self._process.pid), "--mount", "--wd=/"]

    def entries(self, *matches):
        """Those with all these fields, "NAME=value" each, oldest first."""
        found = self._run("journalctl", "--output=json", "--all", "--no-pager", *matches)
        return [json.loads(line) for line in found.stdout.splitlines()]

    def _is_there(self):
        assert self._process.poll() is None, self._log_file.read_text()
        return self._run("test", "-e", "/run/is-ours",
                         "-a", "-S", "/run/systemd/journal/socket").returncode == 0

    def _run(self, *command):
        return subprocess.run([*self.inside, *command], capture_output=True, text=True, timeout=30)
