"""How pytest-xdist hands tests out: one by one, in their order, so that none waits behind a long one that another process
could have been spared. Loaded where that plugin is (t/conftest.py)."""
from xdist.scheduler.load import LoadScheduling


class OneByOne(LoadScheduling):
    """A process has the test that it runs and the next one, which pytest has to know before it tears the first one down.

    The plugin's own scheduler gives each process a share of the tests in advance: with the long ones first, one
    process would get them all.
    """

    def schedule(self):
        """Begins, once all processes have told what tests there are."""
        if self.collection is None:
            if not self._check_nodes_have_same_collection():
                return
            self.collection = next(iter(self.node2collection.values()))
            self.pending[:] = range(len(self.collection))
        for node in self.nodes:
            self.check_schedule(node)
        if not self.pending:
            # A process with one test only begins with it when it knows that there is no other.
            for node in self.nodes:
                node.shutdown()

    def check_schedule(self, node, duration=0):
        """Gives `node` what it may have."""
        del duration
        if node.shutting_down:
            return
        missing = 2 - len(self.node2pending[node])
        if self.pending and missing > 0:
            self._send_tests(node, missing)
        elif not self.pending:
            node.shutdown()
