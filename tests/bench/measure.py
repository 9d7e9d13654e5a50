"""What a run costs: CPU seconds and memory from /proc, WAL and sizes from PostgreSQL."""

import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """The fields of /proc/PID/stat after the name; None where the process has ended."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _parent(fields):
    return int(fields[1])


def _own_cpu(fields):
    return sum(map(int, fields[11:13])) * TICK_SECONDS


def _reaped_cpu(fields):
    return sum(map(int, fields[13:15])) * TICK_SECONDS


def parent_of(pid):
    return _parent(_stat(pid))


def tree_cpu_seconds(pid):
    """Of the process and its children, also of those that it has seen end."""
    own = _stat(pid)
    total = _own_cpu(own) + _reaped_cpu(own)
    for entry in pathlib.Path("/proc").iterdir():
        fields = _stat(entry.name) if entry.name.isdigit() else None
        if fields and _parent(fields) == pid:
            total += _own_cpu(fields)
    return total


def memory_bytes(pid, field="VmRSS"):
    """VmRSS is the memory in use, VmHWM its peak."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024


class ServerMeter:
    """From its making to read(): CPU of servers, with their workers."""

    def __init__(self, pids):
        self._pids = pids
        self._cpu = self._cpu_now()

    def _cpu_now(self):
        return sum(map(tree_cpu_seconds, self._pids))

    def read(self):
        return {"server_cpu_seconds": self._cpu_now() - self._cpu}


class Meter:
    """The same, and CPU of the whole cluster, and WAL."""

    def __init__(self, books, pids):
        self._books = books
        self._postmaster = parent_of(books.value("SELECT pg_backend_pid()"))
        self._lsn = self._wal_position()
        self._servers = ServerMeter(pids)
        self._cluster = tree_cpu_seconds(self._postmaster)

    def _wal_position(self):
        return self._books.value("SELECT pg_current_wal_insert_lsn() - '0/0'")

    def read(self):
        cpu = self._servers.read()
        return {**cpu,
                "postgres_cpu_seconds": tree_cpu_seconds(self._postmaster) - self._cluster,
                "wal_bytes": int(self._wal_position() - self._lsn)}


def ram_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _said_by(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except FileNotFoundError:
        return "missing"


def sync_microseconds(folder):
    """What the disk takes to keep 8 KB: the least that a commit on it costs."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(200):
            begin = time.monotonic()
            file.write(bytes(8192))
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - begin)
    return statistics.median(times) * 1e6


def machine(cluster):
    model = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(),
                      re.MULTILINE)
    return {"cpu": model[1] if model else os.uname().machine,
            "cores": len(os.sched_getaffinity(0)), "ram_bytes": ram_bytes(),
            "kernel": os.uname().release,
            "fdatasync_us": sync_microseconds(cluster.folder.parent),
            "postgresql": cluster.value("SHOW server_version"),
            "openssl": _said_by("openssl", "version"), "node": _said_by("node", "--version")}


def settings(cluster):
    """What the measured PostgreSQL was told, and what decides its durability."""
    return cluster.value("""
        SELECT jsonb_object_agg(name, current_setting(name))
          FROM pg_settings
         WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers',
                        'max_wal_size', 'checkpoint_timeout', 'wal_compression', 'wal_level',
                        'autovacuum', 'max_connections', 'track_io_timing', 'log_min_messages',
                        'shared_preload_libraries')""")
