"""A reload and an orderly end in the middle of uploads that come as fast as they can be taken."""
import os
import signal
import socket
import threading

import pytest

import documents
from built import wait_for

SIZE = 200 << 20


class Upload(threading.Thread):
    """Sends a file faster than it is taken, so that there is always more in the socket; `half` is set when half of it is
    sent."""

    def __init__(self, docket, path):
        super().__init__(daemon=True)
        self._port, self._path = docket.port, path
        self.half = threading.Event()
        self.answer = b""
        self.start()

    def run(self):
        try:
            head = f"PUT /jobs/a.pdf HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {SIZE}\r\n\r\n"
            with (socket.create_connection(("127.0.0.1", self._port), timeout=100) as connection,
                  open(self._path, "rb") as file):
                connection.sendall(head.encode())
                connection.sendfile(file, 0, SIZE // 2)
                self.half.set()
                connection.sendfile(file, SIZE // 2)
                self.answer = connection.recv(65536)
        except OSError as error:
            self.answer = repr(error).encode()
        self.half.set()


@pytest.mark.parametrize("ends", [False, True], ids=["reload", "quit"])
def test_uploads_in_hand_are_taken(start, tmp_path, ends):
    docket = start(body_size="1g")
    large = tmp_path / "large.pdf"
    large.write_bytes(documents.text_pdf(1))
    os.truncate(large, SIZE)
    wait_for(lambda: len(docket.workers()) == 2, 20, "the workers")
    uploads = [Upload(docket, large) for _ in range(3)]
    for upload in uploads:
        assert upload.half.wait(60)
    if ends:
        os.kill(docket.master, signal.SIGQUIT)
    else:
        docket.reload()
    for upload in uploads:
        upload.join(100)
    assert [upload.answer.split(b"\r\n", 1)[0] for upload in uploads] == [b"HTTP/1.1 202 Accepted"] * 3
