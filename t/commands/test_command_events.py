"""What a command writes, told to those who watch its job while it runs."""
import asyncio
import json

import websockets

from built import PATIENCE, wait_for
from command_jobs import submit
from docket import LOCATIONS, Docket, small_disk
from event_stream import Stream


def until_end(stream):
    """All that a stream tells until it ends."""
    return list(stream.events)


def test_lines_are_told_as_they_are_written(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done; echo one; echo two >&2; sleep 0.1; printf 'no end'",
                     location=f"docket_command_paths {open_folder};")
    job = submit(docket, [("a", b"x")])
    of_job, of_all = Stream(docket, f"/events/{job}"), Stream(docket, "/events")
    assert of_job.next()[0] == of_all.next()[0] == "status"
    gate.touch()
    told = until_end(of_job)
    lines = [(data["line"], number) for name, data, number in told if name == "log"]
    assert lines == [("one", None), ("two", None), ("no end", None)]
    assert all(data["job_id"] == job for _, data, _ in told)
    assert told[-1][0] == "status" and told[-1][1]["status"] == "completed"
    seen = []
    while not seen or seen[-1][0] != "status" or not seen[-1][1]["final"]:
        seen.append(of_all.next())
    assert [data["line"] for name, data, _ in seen if name == "log"] == ["one", "two", "no end"]
    of_all.close()


def test_lines_are_told_over_websockets_too(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done; echo one",
                     location=f"docket_command_paths {open_folder};")

    async def listen(path):
        messages = []
        async with websockets.connect(docket.url.replace("http", "ws") + path) as socket:
            messages.append(json.loads(await socket.recv()))
            gate.touch()
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), 30 * PATIENCE))
                messages.append(message)
                if message.get("data", message).get("final"):
                    return messages

    submit(docket)
    messages = asyncio.run(listen("/events"))
    assert [message["data"]["line"] for message in messages if message["event"] == "log"] == ["one"]
    gate.unlink()
    job = submit(docket)
    assert all("line" not in message for message in asyncio.run(listen(f"/events/{job}")))


def test_too_many_lines_are_left_out_and_that_is_said(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done; seq 100000; sleep 1.5; echo last",
                     location=f"docket_command_paths {open_folder};")
    job = submit(docket)
    stream = Stream(docket, f"/events/{job}")
    stream.next()
    gate.touch()
    told = [data for name, data, _ in until_end(stream) if name == "log"]
    lines = [data["line"] for data in told if "line" in data]
    left_out = sum(data["left_out"] for data in told if "left_out" in data)
    assert lines[0] == "1" and lines[-1] == "last" and len(lines) < 5 * 64
    assert len(lines) + left_out == 100001


def test_another_owners_lines_are_not_told(start, script, open_folder):
    import hashlib
    tokens = open_folder / "tokens"
    tokens.write_text("".join(f"{name}:{hashlib.sha256(name.encode()).hexdigest()}\n" for name in ("ann", "bob")))
    tokens.chmod(0o644)
    program = script("command", "echo secret")
    docket = start(http=f"docket_tokens {tokens};",
                   locations=f"location = /run {{ docket_command {program}; }} location /result/ {{ docket_result; }} "
                             "location /events { docket_events; }")
    ann, bob = ({"Authorization": f"Bearer {name}"} for name in ("ann", "bob"))
    hears = Stream(docket, "/events", headers=bob)
    job = submit(docket, headers=ann)
    wait_for(lambda: docket.get(f"/result/{job}/status", headers=ann).json()["final"], 20)
    own = submit(docket, headers=bob)
    while (event := hears.next())[1].get("job_id") == own and not event[1].get("final"):
        pass
    assert event[1]["job_id"] == own
    hears.close()
    for what in ("log", "result", "files"):
        assert docket.get(f"/result/{job}/{what}", headers=bob).status_code == 404


def test_a_full_disk_costs_lines_and_no_worker(script):
    program = script("command", "for i in $(seq 20); do seq 200; sleep 0.05; done")
    docket = Docket(locations=LOCATIONS + f"location = /run {{ docket_command {program}; }} "
                    "location /events { docket_events anyone; }")
    for words in ("No space left on device", "The disk of docket_store is full"):
        docket.allow(words)
    try:
        with small_disk(docket, "24m"):
            docket.start()
            job = submit(docket)
            stream = Stream(docket, f"/events/{job}")
            while stream.next()[0] != "log":
                pass
            ballast = docket.store / "ballast"
            try:
                with ballast.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(1 << 16))
            except OSError:
                pass
            workers = docket.workers()
            wait_for(lambda: docket.get(f"/result/{job}/log").status_code == 200, 10)
            ballast.unlink()
            docket.finish(job, expect=None)
            assert docket.workers() == workers
            stream.close()
            docket.stop()
    finally:
        docket.close()


def test_lines_are_read_by_clients_that_go_by_the_header(command, open_folder):
    """Some take text without a charset for Latin-1 (requests' iter_lines; RFC 2616, 3.7.1)."""
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done; echo grün ☃",
                     location=f"docket_command_paths {open_folder};")
    job = submit(docket)
    told = []
    with docket.get(f"/events/{job}", stream=True) as stream:
        for line in stream.iter_lines(decode_unicode=True):
            if line.startswith("data:"):
                gate.touch()  # now that the stream is open
                told.append(json.loads(line[5:]))
    assert [data["line"] for data in told if "line" in data] == ["grün ☃"]
