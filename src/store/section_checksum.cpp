#include "store/section_checksum.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/sha256.h"

namespace docket {
namespace {

constexpr std::uint64_t read_at_once = std::uint64_t{64} << 10U;

}  // namespace

Result<std::uint64_t> sum_of(int fd, const Section& section) {
  std::string buffer(std::min(section.length, read_at_once), '\0');
  Sha256Hasher hasher;
  for (std::uint64_t done = 0; done < section.length;) {
    const auto wanted = std::min<std::uint64_t>(section.length - done, buffer.size());
    const auto size = ::pread(fd, buffer.data(), wanted, static_cast<off_t>(section.offset + done));
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return fail_errno("pread", errno);
    }
    if (size == 0) {
      return fail(ErrorCode::bad_record, "a file of results is cut short");
    }
    hasher.update({buffer.data(), static_cast<std::size_t>(size)});
    done += static_cast<std::uint64_t>(size);
  }
  const auto digest = hasher.finish();
  std::uint64_t sum = 0;
  std::memcpy(&sum, digest.data(), sizeof sum);
  return std::max<std::uint64_t>(sum, 1);
}

Result<void> sum_up(int fd, Outputs& outputs) {
  for (auto& section : outputs.sections) {
    if (section.sum == 0) {
      auto sum = sum_of(fd, section);
      if (!sum) {
        return pass_on(sum);
      }
      section.sum = *sum;
    }
  }
  return {};
}

}  // namespace docket
