#include "store/spool/spool_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace docket {

Result<void> SpoolWriter::append(std::string_view bytes) {
  hasher_.update(bytes);
  size_ += bytes.size();
  if (head_.size() < media_type_window) {
    head_.append(bytes.substr(0, media_type_window - head_.size()));
  }
  while (!bytes.empty()) {
    const auto written = ::write(file_->get(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return fail_writing("write()", errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

void SpoolWriter::finish(FileStatus& status) {
  status.size = size_;
  status.sha256 = hasher_.finish();
  status.type = type();
}

}  // namespace docket
