// A library to preload into nginx: keeps a journal of what is done to the files below one folder, in the order in which
// it was done, so that t/faults/power.py can tell what a disk might hold when the power goes.
//
//   POWER_STORE    the folder
//   POWER_JOURNAL  the journal: one record per operation, made when it is done and before its caller knows
//
// docket-engine is started with an environment of its own and is not seen. It only ever appends to files that nginx
// opened with O_APPEND: of such a file its whole content is recorded when it is synced and before it is removed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Numbers that power.py knows, too.
enum Kind { CREATE = 1, MAKE_FOLDER, REMOVE, LINK, WRITE, TRUNCATE, ALLOCATE, SYNC_BEGINS, SYNC_ENDS, CONTENT };
enum Flag { DURABLE = 1, FOLDER = 2, WHOLE = 4 };

struct Record {
  uint32_t kind;
  uint32_t flags;
  uint64_t inode;
  uint64_t offset;  // where it was written, a size, or which sync began and ended
  uint32_t path_size;
  uint32_t data_size;
};

static char store[PATH_MAX];
static size_t store_size;
static char journal_path[PATH_MAX];
static int journal = -1;
static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint64_t syncs;

#define REAL(name) ((__typeof__(&name))find(#name))

static void* find(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

// Descriptors of our own stay out of the way of those that programs count on.
static int open_high(const char* path) {
  int low = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  int high = low < 0 ? -1 : (int)syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 400);
  if (high < 0) abort();
  syscall(SYS_close, low);
  return high;
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("POWER_STORE"), *path = getenv("POWER_JOURNAL");
  if (!folder || !path || strlen(folder) >= sizeof store || strlen(path) >= sizeof journal_path) return;
  strcpy(store, folder);
  store_size = strlen(store);
  strcpy(journal_path, path);
  journal = open_high(path);
}

// One call writes it all: no other process's or thread's record comes between.
static void record(enum Kind kind, unsigned flags, uint64_t inode, uint64_t offset, const char* path, const void* data,
                   size_t size) {
  int error = errno;
  struct Record head = {kind, flags, inode, offset, path ? (uint32_t)strlen(path) : 0, (uint32_t)size};
  struct iovec parts[] = {{&head, sizeof head}, {(void*)path, head.path_size}, {(void*)data, size}};
  ssize_t whole = (ssize_t)(sizeof head + head.path_size + size);
  if (syscall(SYS_writev, journal, parts, 3) != whole) abort();
  errno = error;
}

// ---- Which files.

static const char* below(const char* path) {
  if (journal < 0 || strncmp(path, store, store_size) != 0) return NULL;
  return path[store_size] == '/' ? path + store_size + 1 : path[store_size] == 0 ? path + store_size : NULL;
}

static ssize_t path_of(int fd, char* path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, PATH_MAX - 1);
  path[size < 0 ? 0 : size] = 0;
  return size;
}

// The name of a file or folder of the store, relative to it; NULL for any other. In `whole`.
static const char* resolve(int at, const char* path, char* whole) {
  if (journal < 0 || !path) return NULL;
  if (path[0] == '/') {
    snprintf(whole, PATH_MAX, "%s", path);
    return below(whole);
  }
  ssize_t size = 0;
  if (at != AT_FDCWD) {
    size = path_of(at, whole);
  } else if (getcwd(whole, PATH_MAX)) {
    size = (ssize_t)strlen(whole);
  }
  if (size <= 0) return NULL;
  snprintf(whole + size, PATH_MAX - (size_t)size, "/%s", path);
  return below(whole);
}

// Whether a descriptor is a file or folder of the store; its name, which may have gone, in `whole`.
static const char* known(int fd, struct stat* info, char* whole) {
  if (journal < 0 || fstat(fd, info) != 0 || !(S_ISREG(info->st_mode) || S_ISDIR(info->st_mode))) return NULL;
  return path_of(fd, whole) > 0 ? below(whole) : NULL;
}

// Records all that a file holds; the caller frees nothing.
static void record_content(enum Kind kind, int fd, uint64_t inode, uint64_t number) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int own = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);  // the other is for writing only
  struct stat info;
  if (own < 0 || fstat(own, &info) != 0) abort();
  char* data = malloc((size_t)info.st_size + 1);
  ssize_t size = data ? pread(own, data, (size_t)info.st_size, 0) : -1;
  if (size < 0) abort();
  record(kind, WHOLE, inode, number, NULL, data, (size_t)size);
  free(data);
  syscall(SYS_close, own);
}

// Names change one at a time, in all processes: their order in the journal is that of the folder.
static int lock_names(void) {
  int error = errno;
  pthread_mutex_lock(&names);
  int lock = open_high(journal_path);
  while (flock(lock, LOCK_EX) != 0) {
  }
  errno = error;
  return lock;
}

static void unlock_names(int lock) {
  int error = errno;
  syscall(SYS_close, lock);
  pthread_mutex_unlock(&names);
  errno = error;
}

// ---- Names.

static int open_in_store(int at, const char* path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  const char* name = (flags & (O_CREAT | O_TRUNC)) ? resolve(at, path, whole) : NULL;
  if (!name) return (int)syscall(SYS_openat, at, path, flags, mode);
  int lock = lock_names();
  struct stat info;
  int was_there = fstatat(at, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
  int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  if (fd >= 0 && fstat(fd, &info) == 0) {
    if (!was_there) {
      record(CREATE, 0, info.st_ino, 0, name, NULL, 0);
    } else if (flags & O_TRUNC) {
      record(TRUNCATE, 0, info.st_ino, 0, NULL, NULL, 0);
    }
  }
  unlock_names(lock);
  return fd;
}

#define MODE_OF(flags, mode)               \
  mode_t mode = 0;                         \
  if ((flags) & (O_CREAT | __O_TMPFILE)) { \
    va_list list;                          \
    va_start(list, flags);                 \
    mode = va_arg(list, mode_t);           \
    va_end(list);                          \
  }

int open(const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return open_in_store(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return open_in_store(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return open_in_store(at, path, flags, mode);
}
int openat64(int at, const char* path, int flags, ...) {
  MODE_OF(flags, mode)
  return open_in_store(at, path, flags, mode);
}
int creat(const char* path, mode_t mode) {
  return open_in_store(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
int creat64(const char* path, mode_t mode) {
  return creat(path, mode);
}

static int make_temporary(int (*make)(char*, int), char* path, int flags) {
  int lock = journal < 0 ? -1 : lock_names();
  int fd = make(path, flags);
  char whole[PATH_MAX];
  struct stat info;
  const char* name = fd < 0 ? NULL : resolve(AT_FDCWD, path, whole);
  if (name && fstat(fd, &info) == 0) record(CREATE, 0, info.st_ino, 0, name, NULL, 0);
  if (lock >= 0) unlock_names(lock);
  return fd;
}
int mkostemp(char* path, int flags) {
  return make_temporary(REAL(mkostemp), path, flags);
}
int mkostemp64(char* path, int flags) {
  return make_temporary(REAL(mkostemp64), path, flags);
}

int mkdirat(int at, const char* path, mode_t mode) {
  char whole[PATH_MAX];
  const char* name = resolve(at, path, whole);
  if (!name) return (int)syscall(SYS_mkdirat, at, path, mode);
  int lock = lock_names();
  int rc = (int)syscall(SYS_mkdirat, at, path, mode);
  if (rc == 0) record(MAKE_FOLDER, FOLDER, 0, 0, name, NULL, 0);
  unlock_names(lock);
  return rc;
}
int mkdir(const char* path, mode_t mode) {
  return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int at, const char* path, int flags) {
  char whole[PATH_MAX];
  const char* name = resolve(at, path, whole);
  if (!name) return (int)syscall(SYS_unlinkat, at, path, flags);
  int lock = lock_names();
  if (!(flags & AT_REMOVEDIR)) {
    struct stat info;
    int fd = (int)syscall(SYS_openat, at, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) record_content(CONTENT, fd, info.st_ino, 0);
    if (fd >= 0) syscall(SYS_close, fd);
  }
  int rc = (int)syscall(SYS_unlinkat, at, path, flags);
  if (rc == 0) record(REMOVE, flags & AT_REMOVEDIR ? FOLDER : 0, 0, 0, name, NULL, 0);
  unlock_names(lock);
  return rc;
}
int unlink(const char* path) {
  return unlinkat(AT_FDCWD, path, 0);
}
int rmdir(const char* path) {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int linkat(int from_at, const char* from, int at, const char* path, int flags) {
  char whole[PATH_MAX];
  const char* name = resolve(at, path, whole);
  if (!name) return (int)syscall(SYS_linkat, from_at, from, at, path, flags);
  int lock = lock_names();
  int rc = (int)syscall(SYS_linkat, from_at, from, at, path, flags);
  struct stat info;
  if (rc == 0 && fstatat(at, path, &info, AT_SYMLINK_NOFOLLOW) == 0) {
    record(LINK, 0, info.st_ino, 0, name, NULL, 0);
  }
  unlock_names(lock);
  return rc;
}
int link(const char* from, const char* path) {
  return linkat(AT_FDCWD, from, AT_FDCWD, path, 0);
}

int renameat2(int from_at, const char* from, int at, const char* path, unsigned flags) {
  char whole[PATH_MAX], old_whole[PATH_MAX];
  const char *name = resolve(at, path, whole), *old = resolve(from_at, from, old_whole);
  if (!name && !old) return (int)syscall(SYS_renameat2, from_at, from, at, path, flags);
  int lock = lock_names();
  int rc = (int)syscall(SYS_renameat2, from_at, from, at, path, flags);
  struct stat info;
  if (rc == 0 &&
      (flags || !name || !old || fstatat(at, path, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))) {
    abort();  // power.py has no idea what this means for a disk
  }
  if (rc == 0) {
    record(LINK, 0, info.st_ino, 0, name, NULL, 0);
    record(REMOVE, 0, 0, 0, old, NULL, 0);
  }
  unlock_names(lock);
  return rc;
}
int renameat(int from_at, const char* from, int at, const char* path) {
  return renameat2(from_at, from, at, path, 0);
}
int rename(const char* from, const char* path) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, path, 0);
}

// ---- Contents.

static void written(int fd, uint64_t offset, const struct iovec* parts, int count, ssize_t size) {
  int error = errno;
  char whole[PATH_MAX];
  struct stat info;
  if (size > 0 && known(fd, &info, whole)) {
    int flags = (int)syscall(SYS_fcntl, fd, F_GETFL);
    if (!(flags & O_APPEND)) {
      char* data = malloc((size_t)size);
      size_t have = 0;
      if (!data) abort();
      for (int i = 0; i < count && have < (size_t)size; ++i) {
        size_t room = (size_t)size - have, take = parts[i].iov_len < room ? parts[i].iov_len : room;
        memcpy(data + have, parts[i].iov_base, take);
        have += take;
      }
      record(WRITE, flags & O_DSYNC ? DURABLE : 0, info.st_ino, offset, NULL, data, have);
      free(data);
    }
  }
  errno = error;
}

static uint64_t position(int fd, ssize_t size) {
  int error = errno;
  off_t now = journal < 0 ? 0 : lseek(fd, 0, SEEK_CUR);
  errno = error;
  return now < size ? 0 : (uint64_t)(now - size);
}

ssize_t write(int fd, const void* data, size_t size) {
  ssize_t rc = syscall(SYS_write, fd, data, size);
  struct iovec part = {(void*)data, size};
  written(fd, position(fd, rc), &part, 1, rc);
  return rc;
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  ssize_t rc = syscall(SYS_writev, fd, parts, count);
  written(fd, position(fd, rc), parts, count, rc);
  return rc;
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  ssize_t rc = syscall(SYS_pwrite64, fd, data, size, offset);
  struct iovec part = {(void*)data, size};
  written(fd, (uint64_t)offset, &part, 1, rc);
  return rc;
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  return pwrite(fd, data, size, offset);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t offset) {
  ssize_t rc = REAL(pwritev)(fd, parts, count, offset);
  written(fd, (uint64_t)offset, parts, count, rc);
  return rc;
}
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off64_t offset) {
  return pwritev(fd, parts, count, offset);
}

static void resized(enum Kind kind, int fd, off_t size) {
  int error = errno;
  char whole[PATH_MAX];
  struct stat info;
  if (known(fd, &info, whole)) record(kind, 0, info.st_ino, (uint64_t)size, NULL, NULL, 0);
  errno = error;
}

int ftruncate(int fd, off_t size) {
  int rc = (int)syscall(SYS_ftruncate, fd, size);
  if (rc == 0) resized(TRUNCATE, fd, size);
  return rc;
}
int ftruncate64(int fd, off64_t size) {
  return ftruncate(fd, size);
}
int fallocate(int fd, int mode, off_t offset, off_t size) {
  int rc = (int)syscall(SYS_fallocate, fd, mode, offset, size);
  if (rc == 0 && mode == 0) resized(ALLOCATE, fd, offset + size);
  return rc;
}
int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
  return fallocate(fd, mode, offset, size);
}
int posix_fallocate(int fd, off_t offset, off_t size) {
  int rc = REAL(posix_fallocate)(fd, offset, size);
  if (rc == 0) resized(ALLOCATE, fd, offset + size);
  return rc;
}
int posix_fallocate64(int fd, off64_t offset, off64_t size) {
  return posix_fallocate(fd, offset, size);
}

// ---- Syncs. What was done before one began is on the disk when it has ended; sync_file_range() promises nothing.

static int synced(int number, int fd) {
  char whole[PATH_MAX];
  struct stat info;
  const char* name = known(fd, &info, whole);
  if (!name) return (int)syscall(number, fd);
  uint64_t which = ((uint64_t)getpid() << 32) | ++syncs;
  if (S_ISDIR(info.st_mode)) {
    record(SYNC_BEGINS, FOLDER, info.st_ino, which, name, NULL, 0);
  } else if (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) {
    record_content(SYNC_BEGINS, fd, info.st_ino, which);
  } else {
    record(SYNC_BEGINS, 0, info.st_ino, which, NULL, NULL, 0);
  }
  int rc = (int)syscall(number, fd);
  if (rc == 0) record(SYNC_ENDS, 0, info.st_ino, which, NULL, NULL, 0);
  return rc;
}

int fsync(int fd) {
  return synced(SYS_fsync, fd);
}
int fdatasync(int fd) {
  return synced(SYS_fdatasync, fd);
}
