// Messages with descriptors over SOCK_SEQPACKET socket pairs (unix(7)).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// The two ends of a connection; both are close-on-exec and blocking.
struct PacketPair {
  Fd here;
  Fd there;
};
Result<PacketPair> make_packet_pair();

/// Sends one message, with copies of the descriptors. `wait` false: an io error (EAGAIN) where it would block.
/// No SIGPIPE. A message of no bytes cannot be told from an end and must not be sent.
Result<void> send_packet(int socket, std::string_view bytes, std::span<const int> descriptors = {}, bool wait = true);

struct Packet {
  enum class Kind : std::uint8_t {
    message,
    nothing,  ///< none has come yet
    end,      ///< none will come any more
  };
  Kind kind = Kind::nothing;
  std::string bytes;
  std::vector<Fd> descriptors;  ///< close-on-exec
};

/// Takes the next message if there is one; never waits. A message longer than `max_bytes` or with more than
/// `max_descriptors` is an error (bad_record) and is lost; its descriptors are closed.
Result<Packet> receive_packet(int socket, std::size_t max_bytes, std::size_t max_descriptors = 0);

}  // namespace docket
