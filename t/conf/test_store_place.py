"""Where a store may be: on a local file system, in use within one pid namespace."""
import ctypes
import os
import subprocess

import pytest

import documents
from built import DOCKETCTL, SANITIZED, wait_for
from client import assert_problem
from docket import Docket

PDF = documents.text_pdf(1)
CLONE_NEWPID = 0x20000000

STATFS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/vfs.h>
int statfs(const char *path, struct statfs *info) {
  int (*next)(const char *, struct statfs *) = dlsym(RTLD_NEXT, "statfs");
  int done = next(path, info);
  if (done == 0) info->f_type = 0x6969;
  return done;
}
int statfs64(const char *path, struct statfs64 *info) { return statfs(path, (struct statfs *)info); }
"""


@pytest.mark.skipif(SANITIZED, reason="the sanitizer wants to be the first library")
def test_a_network_file_system_is_refused(open_folder):
    (open_folder / "nfs.c").write_text(STATFS)
    library = open_folder / "nfs.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-o", library, open_folder / "nfs.c", "-ldl"], check=True)
    docket = Docket(environment={"LD_PRELOAD": str(library)})
    try:
        code, said = docket.check_conf()
        assert code != 0 and "NFS" in said and "local file system" in said and f"in {docket.conf}:" in said, said
    finally:
        docket.remove_folder()


def makes_namespaces():
    """Whether this machine lets us: not without root, nor in most containers."""
    return subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not makes_namespaces(), reason="no pid namespace can be made here")
def test_a_second_pid_namespace_is_refused(start):
    one = start()
    job = one.submit(PDF)
    one.finish(job)
    two = Docket(workers=1)
    two.store = one.store
    two.allow("cannot be used")
    two.before_start = lambda: ctypes.CDLL(None).unshare(CLONE_NEWPID) and os._exit(1)
    try:
        two.start()
        wait_for(lambda: "in use in another pid namespace" in two.log(), 20, "the refusal")
        assert_problem(two.get(f"/result/{job}/status"), 503, "store_unavailable")
        done = subprocess.run(["unshare", "--pid", "--fork", DOCKETCTL, "--store", one.store, "stats"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 3 and "another pid namespace" in done.stderr, done
        # Nothing was touched; and when the first one is gone, the second one takes the store.
        assert one.get(f"/result/{job}/text").status_code == 200
        one.stop()
        wait_for(lambda: two.get(f"/result/{job}/text").status_code == 200, 20, "the store's being free")
        two.finish(two.submit(PDF))
        two.stop()
    finally:
        two.store = two.folder / "store"
        two.close()
