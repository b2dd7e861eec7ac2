#include "protocol/seqpacket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

namespace docket {
namespace {

PacketPair make_pair() {
  auto pair = make_packet_pair();
  EXPECT_TRUE(pair);
  return std::move(*pair);
}

bool is_same_file(int a, int b) {
  struct stat first {};
  struct stat second {};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_ino == second.st_ino &&
         first.st_dev == second.st_dev;
}

std::size_t count_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(Seqpacket, MessagesKeepTheirBounds) {
  const auto pair = make_pair();
  ASSERT_TRUE(send_packet(pair.here.get(), "one"));
  ASSERT_TRUE(send_packet(pair.here.get(), std::string(60'000, 'x')));
  const auto first = receive_packet(pair.there.get(), 64 * 1024);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->kind, Packet::Kind::message);
  EXPECT_EQ(first->bytes, "one");
  const auto second = receive_packet(pair.there.get(), 64 * 1024);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->bytes.size(), 60'000U);
  const auto third = receive_packet(pair.there.get(), 64 * 1024);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->kind, Packet::Kind::nothing);
  EXPECT_TRUE(third->bytes.empty());
}

TEST(Seqpacket, EndsAreCloseOnExec) {
  const auto pair = make_pair();
  EXPECT_NE(::fcntl(pair.here.get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(::fcntl(pair.there.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(Seqpacket, DescriptorsComeAlong) {
  const auto pair = make_pair();
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Fd zero(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(send_packet(pair.here.get(), "x", std::array{null.get(), zero.get()}));
  const auto packet = receive_packet(pair.there.get(), 16, 2);
  ASSERT_TRUE(packet);
  ASSERT_EQ(packet->descriptors.size(), 2U);
  EXPECT_TRUE(is_same_file(packet->descriptors[0].get(), null.get()));
  EXPECT_TRUE(is_same_file(packet->descriptors[1].get(), zero.get()));
  EXPECT_NE(::fcntl(packet->descriptors[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(Seqpacket, DescriptorsNobodyAskedForAreClosed) {
  const auto pair = make_pair();
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto before = count_descriptors();
  ASSERT_TRUE(send_packet(pair.here.get(), "x", std::array{null.get(), null.get()}));
  const auto packet = receive_packet(pair.there.get(), 16, 1);
  ASSERT_FALSE(packet);
  EXPECT_EQ(packet.error().code, ErrorCode::bad_record);
  EXPECT_EQ(count_descriptors(), before);

  const std::array<int, 254> too_many{};
  EXPECT_FALSE(send_packet(pair.here.get(), "x", too_many));
}

TEST(Seqpacket, MessageThatIsTooLongIsLostAlone) {
  const auto pair = make_pair();
  ASSERT_TRUE(send_packet(pair.here.get(), "longer than eight"));
  ASSERT_TRUE(send_packet(pair.here.get(), "short"));
  const auto packet = receive_packet(pair.there.get(), 8);
  ASSERT_FALSE(packet);
  EXPECT_EQ(packet.error().code, ErrorCode::bad_record);
  EXPECT_EQ(receive_packet(pair.there.get(), 8)->bytes, "short");
}

TEST(Seqpacket, EndIsToldAfterWhatWasSent) {
  auto pair = make_pair();
  ASSERT_TRUE(send_packet(pair.here.get(), "last"));
  pair.here.reset();
  EXPECT_EQ(receive_packet(pair.there.get(), 8)->bytes, "last");
  EXPECT_EQ(receive_packet(pair.there.get(), 8)->kind, Packet::Kind::end);
}

TEST(Seqpacket, ResetIsAnEnd) {
  auto pair = make_pair();
  ASSERT_TRUE(send_packet(pair.here.get(), "never read"));
  pair.there.reset();
  EXPECT_EQ(receive_packet(pair.here.get(), 8)->kind, Packet::Kind::end);
}

TEST(Seqpacket, SendingToNobodyIsAnErrorAndNoSignal) {
  auto pair = make_pair();
  pair.there.reset();
  const auto sent = send_packet(pair.here.get(), "x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::io);
}

TEST(Seqpacket, SendingNeedNotWait) {
  const auto pair = make_pair();
  const std::string block(32 * 1024, 'x');
  int sent = 0;
  while (sent < 1000 && send_packet(pair.here.get(), block, {}, false)) {
    ++sent;
  }
  EXPECT_GT(sent, 0);
  EXPECT_LT(sent, 1000);
}

}  // namespace
}  // namespace docket
