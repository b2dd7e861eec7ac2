#include "host/line_ring.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "base/fd.h"

namespace docket {
namespace {

constexpr std::size_t capacity = std::size_t{1} << 20U;
static_assert(capacity > 4 * LineRing::max_record);

/// What the file begins with; zeros, or nothing at all, are an empty ring. Positions count all bytes that were ever
/// written. It is written and read whole, within one page.
struct Header {
  std::uint64_t reserved = 0;  ///< up to here bytes are being written
  std::uint64_t written = 0;   ///< up to here they are whole
};
constexpr std::size_t header_size = 4096;

/// Copies from or to the ring, round its end. False as soon as `copy` says so.
template <class Copy>
bool each_piece(std::uint64_t position, std::size_t size, Copy&& copy) {
  const auto at = static_cast<std::size_t>(position % capacity);
  const auto first = std::min(size, capacity - at);
  return copy(at, std::size_t{0}, first) && (first == size || copy(std::size_t{0}, first, size - first));
}

}  // namespace

/// The file is not mapped: on a full disk a write to it is an error, a store to its memory a SIGBUS.
struct LineRing::State {
  Fd file;
  std::mutex mutex;    ///< of append(), among this process's threads; the file's lock is among processes
  bool stuck = false;  ///< the lock could not be had when it was last waited for

  /// The file's lock, which others have for a moment only: one who is stopped (SIGSTOP, a debugger) is waited for once.
  [[nodiscard]] bool lock() noexcept {
    const int most_tries = stuck ? 1 : 1000;
    for (int tries = 0; tries < most_tries; ++tries) {
      if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
        stuck = false;
        return true;
      }
      if (errno != EWOULDBLOCK && errno != EINTR) {
        return false;
      }
      if (tries + 1 < most_tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    stuck = true;
    return false;
  }
  [[nodiscard]] Header header() const noexcept {
    Header header;
    return ::pread(file.get(), &header, sizeof(header), 0) == sizeof(header) ? header : Header{};
  }
  [[nodiscard]] bool put(const Header& header) const noexcept {
    return ::pwrite(file.get(), &header, sizeof(header), 0) == sizeof(header);
  }
  [[nodiscard]] bool put(std::uint64_t position, const void* from, std::size_t size) const noexcept {
    return each_piece(position, size, [&](std::size_t at, std::size_t done, std::size_t length) {
      return ::pwrite(file.get(), static_cast<const char*>(from) + done, length,
                      static_cast<off_t>(header_size + at)) == static_cast<ssize_t>(length);
    });
  }
  [[nodiscard]] bool get(std::uint64_t position, void* to, std::size_t size) const noexcept {
    return each_piece(position, size, [&](std::size_t at, std::size_t done, std::size_t length) {
      return ::pread(file.get(), static_cast<char*>(to) + done, length, static_cast<off_t>(header_size + at)) ==
             static_cast<ssize_t>(length);
    });
  }
};

LineRing::LineRing(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
LineRing::LineRing(LineRing&&) noexcept = default;
LineRing::~LineRing() = default;

Result<LineRing> LineRing::open(const std::string& run_folder) {
  auto state = std::make_unique<State>();
  const auto path = run_folder + "/lines";
  state->file = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!state->file) {
    return fail_errno("open " + path, errno);
  }
  return LineRing(std::move(state));
}

bool LineRing::append(std::string_view record) {
  record = record.substr(0, max_record);
  const auto size = static_cast<std::uint32_t>(record.size());
  auto& state = *state_;
  const std::scoped_lock lock(state.mutex);
  if (!state.lock()) {
    return false;
  }
  // A writer that died amid its record, or had no room for it, left it unwritten.
  const auto begin = state.header().written;
  const auto end = begin + sizeof(size) + size;
  const bool is_in = state.put({.reserved = end, .written = begin}) && state.put(begin, &size, sizeof(size)) &&
                     state.put(begin + sizeof(size), record.data(), size) &&
                     state.put({.reserved = end, .written = end});
  ::flock(state.file.get(), LOCK_UN);
  return is_in;
}

std::uint64_t LineRing::end() const noexcept {
  return state_->header().written;
}

bool LineRing::read(std::uint64_t& position, const std::function<void(std::string_view)>& visit) const {
  const auto end = state_->header().written;
  if (end == position) {
    return true;
  }
  std::string bytes;
  bool whole = end > position && end - position <= capacity;
  if (whole) {
    bytes.resize(static_cast<std::size_t>(end - position));
    // What was overwritten while it was read is no record.
    whole = state_->get(position, bytes.data(), bytes.size()) && state_->header().reserved <= position + capacity;
  }
  position = end;
  std::string_view rest = bytes;
  while (whole && !rest.empty()) {
    std::uint32_t size = 0;
    whole = rest.size() >= sizeof(size);
    if (whole) {
      std::memcpy(&size, rest.data(), sizeof(size));
      rest.remove_prefix(sizeof(size));
      whole = rest.size() >= size;
    }
    if (whole) {
      visit(rest.substr(0, size));
      rest.remove_prefix(size);
    }
  }
  return whole;
}

}  // namespace docket
