"""A client of server-sent events."""
import json

import requests

from built import PATIENCE


class Stream:
    """A client that listens."""

    def __init__(self, docket, path, last=None, **arguments):
        headers = {**arguments.pop("headers", {}), **({"Last-Event-ID": str(last)} if last is not None else {})}
        self.answer = requests.get(docket.url + path, stream=True, timeout=40 * PATIENCE, headers=headers, **arguments)
        self.events = self._events() if self.answer.status_code == 200 else iter(())

    def _events(self):
        event = {}
        for line in self.answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line == "":
                if "event" in event:
                    yield event["event"], json.loads(event["data"]), int(event["id"]) if "id" in event else None
                event = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = event.get(name, "") + value

    def next(self):
        """The next event: its name, data and id."""
        return next(self.events)

    def close(self):
        """Goes away."""
        self.answer.close()
