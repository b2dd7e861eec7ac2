"""docket_pass: 200 clients ask a server that takes 300 ms for each answer. How many requests a second are acknowledged, and
how soon, beside proxy_pass to the same server; and how many the server sees at once, whatever the clients do."""
import asyncio
import contextlib
import threading

from built import wait_for
from measure import Figure, alternating, median_of, server, wrk

CLIENTS, CONNECTIONS, SECONDS = 200, 64, 0.3
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Slow:
    """A server with an answer for every request, after a while; counts what it has in hand."""

    def __init__(self):
        self.at_work = self.most = self.served = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self.port = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(30)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024))
        self.port = listening.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                self.at_work += 1
                self.most = max(self.most, self.at_work)
                await asyncio.sleep(SECONDS)
                self.at_work -= 1
                self.served += 1
                writer.write(ANSWER)
                await writer.drain()
        writer.close()

    def close(self):
        """Ends it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def run(seconds, rounds):
    """The figures."""
    seconds = min(seconds, 3)  # what is acknowledged has to be done afterwards, at the server's pace
    with contextlib.closing(Slow()) as slow:
        locations = f"""
        location /pass/   {{ docket_pass http://127.0.0.1:{slow.port}/; }}
        location /proxy/  {{ proxy_pass http://127.0.0.1:{slow.port}/; proxy_http_version 1.1; proxy_set_header Connection ""; }}
        location /result/ {{ docket_result; }}
        location = /tasks/status {{ docket_tasks anyone; }}
"""
        with server(http=f"docket_pass_connections {CONNECTIONS};", locations=locations, connections=2048) as one:
            def left():
                counts = one.get("/tasks/status").json()
                return counts["pending"] + counts["processing"]

            acked, through = alternating(lambda: measured(one, slow, "/pass/", seconds),
                                         lambda: measured(one, slow, "/proxy/", seconds), rounds)
            wait_for(lambda: left() == 0, 900, "the jobs' ends", interval=0.5)
    ours, theirs = median_of(acked), median_of(through)
    most = max(load.most for load in acked)
    yield Figure("docket_pass, 200 clients, 300 ms: acknowledged", ours.rate, "/s", theirs.rate, "proxy_pass answered",
                 f"{ours.errors} errors")
    yield Figure("docket_pass: p99 of the acknowledgement", ours.p99, "ms", theirs.p99, "proxy_pass")
    yield Figure("docket_pass: most requests at the server at once", most, "", CONNECTIONS, "docket_pass_connections")


def measured(one, slow, path, seconds):
    """One run of wrk, with what the server saw at once during it."""
    slow.most = slow.at_work
    load = wrk(one.url + path, None, seconds, CLIENTS)
    load.most = slow.most
    return load
