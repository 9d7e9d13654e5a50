"""What systemd is to a daemon: the socket that it is told things on."""

import socket
import threading
import time

from deadline import wait_until


class NotifySocket:
    """Usable as a context. `said` has (time, line) for each line that came."""

    def __init__(self, path):
        self.path = path
        self.said = []
        self._marks = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._socket.close()

    def environment(self, watchdog_seconds=None):
        """For the daemon."""
        variables = {"NOTIFY_SOCKET": str(self.path)}
        if watchdog_seconds:
            variables["WATCHDOG_USEC"] = str(int(watchdog_seconds * 1_000_000))
        return variables

    def lines(self):
        return [line for _, line in list(self.said)]

    def times(self, wanted):
        return [at for at, line in list(self.said) if line == wanted]

    def gaps(self, wanted):
        """Seconds between each of these lines and the next."""
        times = self.times(wanted)
        return [after - before for before, after in zip(times, times[1:])]

    def wait_for(self, line, count=1, seconds=20):
        wait_until(lambda: self.lines().count(line) >= count, seconds,
                   what=f"{count} × {line}; so far: {self.lines()}")

    def catch_up(self):
        """Returns when all is in `said` that was sent before."""
        self._marks += 1
        mark = f"X_MARK={self._marks}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(mark.encode(), str(self.path))
        self.wait_for(mark)

    def _listen(self):
        while True:
            data = self._socket.recv(4096)
            if not data:
                return
            now = time.monotonic()
            self.said += [(now, line) for line in data.decode().splitlines()]
