"""A Docket with a location whose requests are passed to a server of the test's own."""
import pytest

from docket import LOCATIONS
from upstream_server import Upstream


@pytest.fixture
def upstream():
    """A function that starts a server; see upstream_server.Upstream."""
    servers = []

    def begin(answer, **arguments):
        servers.append(Upstream(answer, **arguments))
        return servers[-1]
    yield begin
    for server in servers:
        server.close()


@pytest.fixture
def passing(start):
    """A function that starts a Docket whose location /app/ is passed to a URL, with what follows that in the directive
    and further directives of the location."""
    def begin(url, after="", location="", **parts):
        parts.setdefault("http", "")
        return start(locations=LOCATIONS + f"location /app/ {{ docket_pass {url} {after}; {location} }}\n"
                     "location /events { docket_events anyone; }\n", **parts)
    return begin
