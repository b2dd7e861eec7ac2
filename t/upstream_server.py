"""Servers that requests are passed to: small ones on the loopback whose answers a test writes."""
import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from built import wait_for

LENGTH = "Content-Length"


class Got:
    """A request as the server got it."""

    def __init__(self, handler, body):
        self.method, self.path = handler.command, handler.path
        self.headers, self.body = handler.headers, body


class Upstream:
    """Answers each request with what `answer(handler, got)` writes, or returns: a code, or (code, headers, body)."""

    def __init__(self, answer, path=None):
        self.got = []
        self.ending = threading.Event()
        self.at_work = self.most_at_work = 0
        self._lock = threading.Lock()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            """One connection."""
            protocol_version = "HTTP/1.1"
            timeout = 60

            def handle_one_request(self):
                """Any method is taken."""
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                got = Got(self, self.rfile.read(int(self.headers.get(LENGTH, 0))))
                with upstream.counted(got):
                    answered = answer(self, got)
                upstream.write(self, answered)

            def log_message(self, *_):
                """Says nothing."""

            def address_string(self):
                """Of no use with UNIX sockets."""
                return "client"

        class Server(ThreadingHTTPServer):
            """Threads that hang are left behind."""
            daemon_threads = True
            request_queue_size = 256
            address_family = socket.AF_UNIX if path else socket.AF_INET

            def server_bind(self):
                """Without the look for its own name."""
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.socket.bind(self.server_address)
                self.server_address = self.socket.getsockname()
                self.server_name, self.server_port = "localhost", 0 if path else self.server_address[1]

            def handle_error(self, *_):
                """A client that goes away is none."""

        self._server = Server(path or ("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def counted(self, got):
        """Counts a request while it is at work."""
        with self._lock:
            self.got.append(got)
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        try:
            yield
        finally:
            with self._lock:
                self.at_work -= 1

    @staticmethod
    def write(handler, answer):
        """Writes what the answer function returned; nothing where it has written all by itself."""
        if answer is None:
            handler.close_connection = True
            return
        code, headers, body = answer if isinstance(answer, tuple) else (answer, {}, b"")
        handler.send_response(code)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            handler.send_header(name, value)
        if code not in (204, 304):
            handler.send_header(LENGTH, str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    @property
    def url(self):
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def wait(self, count, timeout=30):
        """Waits for so many requests; all there are."""
        wait_for(lambda: len(self.got) >= count, timeout, f"{count} requests, of which {len(self.got)} came")
        return list(self.got)

    def close(self):
        """Ends it, and whoever waits for `ending`."""
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
