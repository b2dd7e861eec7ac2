#include "protocol/seqpacket.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace docket {
namespace {

constexpr std::size_t most_descriptors = 253;  // what the kernel takes (SCM_MAX_FD)

struct alignas(cmsghdr) ControlBuffer {
  std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> bytes{};
};

/// Takes ownership of what came along with `message`.
std::vector<Fd> take_descriptors(msghdr& message) {
  std::vector<Fd> taken;
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const auto count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      taken.emplace_back(fd);
    }
  }
  return taken;
}

}  // namespace

Result<PacketPair> make_packet_pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("socketpair", errno);
  }
  return PacketPair{Fd(ends[0]), Fd(ends[1])};
}

Result<void> send_packet(int socket, std::string_view bytes, std::span<const int> descriptors, bool wait) {
  if (descriptors.size() > most_descriptors) {
    return fail_errno("sendmsg", E2BIG);
  }
  iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  const int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
  while (::sendmsg(socket, &message, flags) < 0) {
    if (errno != EINTR) {
      return fail_errno("sendmsg", errno);
    }
  }
  return {};
}

Result<Packet> receive_packet(int socket, std::size_t max_bytes, std::size_t max_descriptors) {
  Packet packet;
  packet.bytes.resize(max_bytes);
  iovec piece{.iov_base = packet.bytes.data(), .iov_len = packet.bytes.size()};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();

  ssize_t size = -1;
  while ((size = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      packet.bytes.clear();
      return packet;
    }
    if (errno == ECONNRESET) {  // the other end was closed before it read all that we sent
      packet.bytes.clear();
      packet.kind = Packet::Kind::end;
      return packet;
    }
    if (errno != EINTR) {
      return fail_errno("recvmsg", errno);
    }
  }
  packet.bytes.resize(static_cast<std::size_t>(size));
  packet.descriptors = take_descriptors(message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || packet.descriptors.size() > max_descriptors) {
    return fail(ErrorCode::bad_record, "a message is too long");
  }
  packet.kind = size == 0 ? Packet::Kind::end : Packet::Kind::message;
  return packet;
}

}  // namespace docket
