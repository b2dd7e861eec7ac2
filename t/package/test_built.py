"""What the tests themselves stand on."""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import built

MANY = "import sys, built; print(*[built.free_port() for _ in range(500)], flush=True); sys.stdin.read()"


def test_a_free_port_is_given_once():
    """Not to two test processes, nor by the kernel to a connection: nginx binds it a while after it was given."""
    children = [subprocess.Popen([sys.executable, "-c", MANY], cwd=Path(built.__file__).parent, text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)]
    with ThreadPoolExecutor() as pool:
        ports = [int(port) for line in pool.map(lambda child: child.stdout.readline(), children) for port in line.split()]
    for child in children:
        child.communicate()
    assert len(ports) == 1500 == len(set(ports))
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split())
    if first > 12000:  # elsewhere it may be that no others are left
        assert not [port for port in ports if first <= port <= last]
