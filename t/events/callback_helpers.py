"""What tests of callbacks share: locations that allow them, uploads that ask for them, and the list of deliveries."""
import documents
from built import wait_for

PDF = documents.text_pdf(1)


def locations(more=""):
    """The usual locations; clients may ask for callbacks to the loopback, which are tried again soon."""
    return f"""
        docket_callback_from_client on;
        docket_callback_allow 127.0.0.0/8;
        docket_callback_retries 0 100ms 100ms 200ms 500ms 1s 1s 1s 1s 1s;
        location = /process_pdf {{ docket_upload 200; docket_owner $http_x_owner-; }}
        location /jobs          {{ docket_upload; docket_owner $http_x_owner-; }}
        location /result/       {{ docket_result; docket_owner $http_x_owner-; }}
        location = /plain       {{ docket_upload 200; docket_callback_from_client off; docket_owner -; }}
        location = /closed      {{ docket_upload 200; docket_callback_allow none; docket_owner -; docket_callback_retries 0; }}
        {more}
"""


def deliveries(docket, job):
    """The list of a job's deliveries."""
    answer = docket.get(f"/result/{job}/callbacks")
    assert answer.status_code == 200, answer.text
    return answer.json()


def delivery(docket, job, *states, timeout=30):
    """Waits until a job's delivery is in one of these states; it."""
    def there():
        for one in deliveries(docket, job)["callbacks"]:
            if one["state"] in states:
                return one
        return None
    return wait_for(there, timeout, f"a delivery that is {' or '.join(states)}: {deliveries(docket, job)}")


def attempted(docket, job):
    """Waits until one of a job's tries has ended; its delivery."""
    return wait_for(lambda: [one for one in deliveries(docket, job)["callbacks"] if one["attempts"]], 30, "a try")[0]


def codes(one):
    """What became of the attempts: codes, or error classes."""
    return [attempt["code"] or attempt["error"] for attempt in one["attempts"]]


def submit(docket, receiver, content=PDF, **arguments):
    """Uploads a document whose end a receiver is told."""
    url = receiver if isinstance(receiver, str) else receiver.url
    return docket.submit(content, fields={"callback_url": url}, **arguments)
