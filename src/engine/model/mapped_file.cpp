#include "engine/model/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

namespace docket::engine {

Result<MappedFile> MappedFile::map(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    return fail_errno("fstat", errno);
  }
  if (status.st_size <= 0) {
    return fail(ErrorCode::corrupt, "The file is empty.");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (start == MAP_FAILED) {
    return fail_errno("mmap", errno);
  }
  return MappedFile({static_cast<const std::uint8_t*>(start), size});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) {
    ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
  }
}

}  // namespace docket::engine
