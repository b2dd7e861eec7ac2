"""A receiver of callbacks: a small HTTP server on the loopback whose answers a test chooses."""
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from built import wait_for


class Receiver:
    """Takes callbacks and answers each with the next of `answers`, the last one for ever.

    An answer is a code, or (code, {header: value}), or a function that is called with the request's handler and says
    all by itself.
    """

    def __init__(self, *answers):
        self.got = []  # of each request: {"path", "headers", "body" (bytes), "json"}
        self.ending = threading.Event()
        self._answers = list(answers) or [200]
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """One connection."""
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                """Takes a callback."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = receiver._take({"path": self.path, "headers": self.headers, "body": body,
                                         "json": json.loads(body)})
                if callable(answer):
                    self.close_connection = True
                    answer(self)
                    return
                code, headers = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self):
                """Nobody may come with this."""
                receiver._take({"path": "GET " + self.path})
                self.send_error(405)

            def log_message(self, *_):
                """Says nothing."""

        class Server(ThreadingHTTPServer):
            """Threads that hang are left behind."""
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                """A sender that goes away is none."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def _take(self, request):
        with self._lock:
            self.got.append(request)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def answer(self, *answers):
        """Changes what the next requests are answered."""
        with self._lock:
            self._answers = list(answers)

    @property
    def url(self):
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def wait(self, count, timeout=30):
        """Waits for so many requests; all there are."""
        wait_for(lambda: len(self.got) >= count, timeout, f"{count} callbacks, of which {len(self.got)} came")
        return list(self.got)

    def of(self, job):
        """The requests about this job."""
        return [request for request in list(self.got) if request["json"]["id"] == job]

    def close(self):
        """Ends it, and whoever waits for `ending`."""
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def dead_port():
    """A socket that takes connections and never answers; to be closed by who asked."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener
