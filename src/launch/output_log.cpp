#include "launch/output_log.h"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "base/utf8.h"
#include "protocol/launch.h"

namespace docket::launch {
namespace {

/// As far as it can be written.
void write_at(int file, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
}

}  // namespace

void OutputLog::append(std::string_view bytes) {
  if (!file_ || bytes.empty()) {
    return;
  }
  if (total_ < size_) {
    const auto fits = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(size_ - total_, bytes.size())));
    write_at(file_.get(), fits, total_);
  }
  if (total_ < half_) {
    const auto head = static_cast<std::size_t>(std::min<std::uint64_t>(half_ - total_, bytes.size()));
    line_ends_head_ = bytes[head - 1] == '\n';
    total_ += head;
    bytes.remove_prefix(head);
  }
  total_ += bytes.size();
  keep(bytes);
  behind_ = behind_ || (total_ > size_ && !bytes.empty());
}

void OutputLog::keep(std::string_view bytes) {
  const auto room = static_cast<std::size_t>(size_ - half_);
  if (bytes.size() >= room) {
    ring_ = bytes.substr(bytes.size() - room);
    ring_at_ = 0;
    return;
  }
  const auto grown = std::min(bytes.size(), room - ring_.size());
  ring_.append(bytes.substr(0, grown));
  bytes.remove_prefix(grown);
  while (!bytes.empty()) {
    const auto piece = std::min(bytes.size(), room - ring_at_);
    std::copy_n(bytes.data(), piece, ring_.begin() + static_cast<std::ptrdiff_t>(ring_at_));
    ring_at_ = (ring_at_ + piece) % room;
    bytes.remove_prefix(piece);
  }
}

std::string OutputLog::tail() const {
  return ring_.substr(ring_at_) + ring_.substr(0, ring_at_);
}

void OutputLog::write_tail() {
  if (!behind_) {
    return;
  }
  behind_ = false;
  const auto left_out = total_ - size_;
  std::string text = half_ > 0 && !line_ends_head_ ? "\n" : "";
  text += "[" + std::to_string(left_out) + (left_out == 1 ? " byte is" : " bytes are") + " left out here]\n" + tail();
  write_at(file_.get(), text, half_);
  while (::ftruncate(file_.get(), static_cast<off_t>(half_ + text.size())) != 0 && errno == EINTR) {
  }
}

void RecentOutput::append(std::string_view bytes) {
  // More than is given back: what is not UTF-8 and what is before the first line break is left away.
  constexpr std::size_t kept = 2 * max_tail;
  if (bytes.size() >= kept) {
    bytes_ = bytes.substr(bytes.size() - kept);
    return;
  }
  bytes_ += bytes;
  if (bytes_.size() > 2 * kept) {
    bytes_.erase(0, bytes_.size() - kept);
  }
}

std::string RecentOutput::text() const {
  std::string valid;
  append_valid_utf8(valid, bytes_);
  while (!valid.empty() && valid.back() == '\n') {
    valid.pop_back();
  }
  if (valid.size() <= max_tail) {
    return valid;
  }
  auto begin = valid.size() - max_tail;
  const auto line = valid.find('\n', begin - 1);
  if (line != std::string::npos) {
    return valid.substr(line + 1);
  }
  while ((static_cast<unsigned char>(valid[begin]) & 0xC0U) == 0x80U) {
    ++begin;
  }
  return valid.substr(begin);
}

}  // namespace docket::launch
