#include "engine/model/append_file.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace docket::engine {
namespace {

constexpr std::size_t stream_buffer = std::size_t{256} * 1024;

tl::unexpected<Error> write_error(int error_number) {
  const auto text = std::generic_category().message(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return fail(ErrorCode::store_full, "there is no room left for the results (" + text + ")");
  }
  return fail(ErrorCode::crashed, "the results cannot be written (" + text + ")");
}

}  // namespace

Result<std::uint64_t> AppendFile::append(std::string_view block) {
  // With O_APPEND a write is one step under the file's lock, and the descriptor stands at the end of what it wrote. A
  // write that came out short may be followed by one of another process: then the block is written again from its
  // start.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto written = ::write(descriptor_, block.data(), block.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return write_error(errno);
    }
    if (static_cast<std::size_t>(written) == block.size()) {
      const auto end = ::lseek(descriptor_, 0, SEEK_CUR);
      if (end < written) {
        return write_error(EIO);
      }
      return static_cast<std::uint64_t>(end - written);
    }
  }
  return write_error(ENOSPC);
}

Result<void> AppendStream::write(std::string_view bytes) {
  buffer_.append(bytes);
  position_ += bytes.size();
  return buffer_.size() < stream_buffer ? Result<void>{} : flush();
}

Result<void> AppendStream::flush() {
  for (std::string_view rest = buffer_; !rest.empty();) {
    const auto written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      return write_error(errno);
    }
    rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  buffer_.clear();
  return {};
}

}  // namespace docket::engine
