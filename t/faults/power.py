"""Loss of power. power.c, preloaded into nginx, keeps a journal of all that is done to a store's files. From it this
rebuilds what a disk might hold if the power had gone at any moment: all that had been synced, and of the rest whatever
chance leaves, in whole, torn at the borders of sectors and pages, or not at all.

What a disk owes: a file's bytes and size, when fsync or fdatasync of that file has returned (or the write, through a
descriptor with O_DSYNC); a name in a folder, or its absence, when fsync of that folder has. Nothing else, and no order
among what has not been synced: that is more than real file systems let go.
"""
import bisect
import collections
import os
import struct
import subprocess
from pathlib import Path

HEAD = struct.Struct("<IIQQII")
CREATE, MAKE_FOLDER, REMOVE, LINK, WRITE, TRUNCATE, ALLOCATE, SYNC_BEGINS, SYNC_ENDS, CONTENT = range(1, 11)
DURABLE, FOLDER, WHOLE = 1, 2, 4
SECTOR, PAGE = 512, 4096

Record = collections.namedtuple("Record", "kind flags inode offset path data end")


def build(folder):
    """Compiles the library into this folder; its path."""
    library = folder / "power.so"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("power.c"), "-ldl",
                    "-pthread"], check=True)
    return library


class File:
    """One file of the journal, whatever names it has had."""

    def __init__(self):
        self.changes = []    # (index, kind, offset, bytes, durable)
        self.syncs = []      # (index of its begin, of its end, all that the file held at its begin or None)
        self.appended = b""  # the whole of a file that is only appended to, as it was last seen


class Journal:
    """What was done, in its order. `final` is the store's folder as all processes left it when they were killed."""

    def __init__(self, path, final):
        self.records = []
        bytes_ = path.read_bytes()
        at = 0
        while at < len(bytes_):
            kind, flags, inode, offset, path_size, data_size = HEAD.unpack_from(bytes_, at)
            at += HEAD.size
            name = bytes_[at:at + path_size].decode()
            data = bytes_[at + path_size:at + path_size + data_size]
            at += path_size + data_size
            self.records.append(Record(kind, flags, inode, offset, name, data, at))
        assert at == len(bytes_), "the journal ends in the middle of a record"
        self._ends = [record.end for record in self.records]
        self.names = collections.defaultdict(list)         # path → [(index, File, "folder" or None)]
        self.folder_syncs = collections.defaultdict(list)  # path → [(index of its begin, of its end)]
        self.environment = None                            # the File of LMDB's data
        self.lock_file = None
        self._read(final)

    def _read(self, final):
        files, begun = {}, {}
        for index, record in enumerate(self.records):
            kind = record.kind
            if kind == CREATE:
                files[record.inode] = File()  # a number may have been another file's before
                self.names[record.path].append((index, files[record.inode]))
                if record.path == "lmdb/data.mdb":
                    self.environment = files[record.inode]
            elif kind == LINK:
                self.names[record.path].append((index, files[record.inode]))
            elif kind == MAKE_FOLDER:
                if record.path:
                    self.names[record.path].append((index, "folder"))
            elif kind == REMOVE:
                self.names[record.path].append((index, None))
            elif kind in (WRITE, TRUNCATE, ALLOCATE):
                files[record.inode].changes.append((index, kind, record.offset, record.data, record.flags & DURABLE))
            elif kind == SYNC_BEGINS:
                whole = record.data if record.flags & WHOLE else None
                begun[record.offset] = (index, record.path if record.flags & FOLDER else files[record.inode], whole)
                if whole is not None:
                    files[record.inode].appended = whole
            elif kind == SYNC_ENDS:
                began, what, whole = begun.pop(record.offset)
                if isinstance(what, File):
                    what.syncs.append((began, index, whole))
                else:
                    self.folder_syncs[what].append((began, index))
            elif kind == CONTENT and not files[record.inode].changes:
                files[record.inode].appended = record.data
        for path, events in self.names.items():
            last = events[-1][1]
            if isinstance(last, File) and not last.changes and (final / path).is_file():
                last.appended = (final / path).read_bytes()
        self.lock_file = (final / "lmdb" / "lock.mdb").read_bytes()

    def moment_of(self, size):
        """How many records the journal had when it was `size` bytes long."""
        return bisect.bisect_right(self._ends, size)

    def size_at(self, moment):
        """How long it was after so many records."""
        return self._ends[moment - 1] if moment else 0

    def commits(self):
        """(moment of the first write, of the sync's begin, of its end, behind the meta page) of LMDB's commits."""
        begins = [change[0] for change in self.environment.changes if not change[4]]
        found = []
        for began, ended, _ in self.environment.syncs:
            metas = [change[0] for change in self.environment.changes if change[4] and change[0] > ended]
            before = [index for index in begins if index < began]
            if metas and before:
                found.append((before[-1], began, ended, metas[0] + 1))
        return found


class Disk:
    """What a disk holds after the power went at `moment`: before the record of that number was made.

    `luck` is how much of what was not synced had been written all the same: "none", "all", or "some": little or nearly
    all, as chance has it.
    """

    def __init__(self, journal, moment, luck, chance):
        self.journal, self.moment, self.luck, self.chance = journal, moment, luck, chance
        self._share = chance.choice((0.3, 0.9, 0.99))  # of what was not synced, with some luck

    def write_to(self, folder):
        """Writes it all into an empty folder."""
        for path in sorted(self.journal.names):  # a folder comes before what lies in it
            target = folder / path
            if not target.parent.is_dir():
                continue
            what = self._name(path)
            if what == "folder":
                target.mkdir(mode=0o700)
            elif isinstance(what, File):
                content = self._environment_lock(what) if path == "lmdb/lock.mdb" else self._content(what)
                with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(content)

    def _name(self, path):
        """What stands under a name."""
        synced = [began for began, ended in self.journal.folder_syncs[os.path.dirname(path)] if ended < self.moment]
        events = [event for event in self.journal.names[path] if event[0] < self.moment]
        durable = sum(1 for event in events if event[0] < max(synced, default=-1))
        return ([(0, None)] + events)[self._how_many(durable, len(events))][1]

    def _how_many(self, least, most):
        if self.luck == "some" and self.chance.random() > self._share:
            return self.chance.randint(least, most)
        if self.luck == "some":
            return most
        return most if self.luck == "all" else least

    def _content(self, file):
        synced = [(began, whole) for began, ended, whole in file.syncs if ended < self.moment]
        if not file.changes:
            return self._appended(file, max((whole or b"" for _, whole in synced), key=len, default=b""))
        content = bytearray()
        upto = max((began for began, _ in synced), default=-1)
        for index, kind, offset, data, durable in file.changes:
            if index >= self.moment:
                break
            if kind == WRITE:
                self._put(content, offset, data, 0 if durable or index < upto else PAGE)
            elif index < upto or self._happens():
                if kind == TRUNCATE:
                    del content[offset:]
                content.extend(bytes(max(0, offset - len(content))))
        return content

    def _happens(self):
        return {"none": False, "all": True}.get(self.luck, self.chance.random() < self._share)

    def _put(self, content, offset, data, unsure):
        """Writes all of it, or if `unsure`, what chance leaves."""
        fate = self.luck if unsure else "all"
        if fate == "some":
            fate = "all" if self.chance.random() < self._share else self.chance.choice(("none", "torn"))
        if fate == "none":
            if self.luck == "some" and self.chance.random() < 0.3:  # the size came to the disk and the bytes did not
                content.extend(bytes(max(0, offset + len(data) - len(content))))
            return
        piece = self.chance.choice((SECTOR, PAGE)) if fate == "torn" else max(len(data), 1)
        at = 0
        while at < len(data):
            size = piece - (offset + at) % piece if fate == "torn" else len(data)
            part = data[at:at + size]
            if fate == "all" or self.chance.random() < 0.5:
                content.extend(bytes(max(0, offset + at - len(content))))
                content[offset + at:offset + at + len(part)] = part
            at += size

    def _appended(self, file, durable):
        """A file that is appended to: how far it was at the moment is not known, nor needed."""
        assert file.appended.startswith(durable), "a file that was only to be appended to was changed"
        tail = file.appended[len(durable):]
        content = bytearray(durable)
        if self.luck != "none":
            self._put(content, len(durable), tail[:self._how_many(0, len(tail))], PAGE)
        return content

    def _environment_lock(self, file):
        """LMDB writes its lock file through memory: it holds what it held at any time, or nothing."""
        return self.chance.choice((b"", bytes(self._content(file)), self.journal.lock_file))
