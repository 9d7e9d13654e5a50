"""What the HTTPS servers that tests stand up have in common."""

import contextlib
import http.server
import os
import socket
import ssl
import struct
import threading


def serving(certificate):
    """The TLS of a server that shows this Certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate.file, certificate.key_file)
    return context


class HttpsServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, owner, certificate, handler, port):
        super().__init__(("127.0.0.1", port), handler)
        self.owner = owner
        self._context = serving(certificate)
        self._lock = threading.Lock()
        self._open = set()

    def get_request(self):
        plain, address = super().get_request()
        # The handshake is for the connection's own thread: a slow client must not stop the others.
        stream = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(stream)
        return stream, address

    def shutdown_request(self, request):
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut_connections(self):
        with self._lock:
            for stream in self._open:
                with contextlib.suppress(OSError):
                    stream.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """A client that went away, or did not like our certificate, is no news."""


class HttpsHandler(http.server.BaseHTTPRequestHandler):
    """`self.server.owner` is whoever knows the answers."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request.do_handshake()
        super().setup()

    def reset(self):
        """Cuts the connection, so that the client is told so."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def finish(self):
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_):
        pass
