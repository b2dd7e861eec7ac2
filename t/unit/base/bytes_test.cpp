#include "base/bytes.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Bytes, WhatIsWrittenIsReadInOrder) {
  struct Pair {
    std::uint32_t a;
    std::uint32_t b;
  };
  ByteWriter out;
  out.reserve(100);
  out.put(std::uint8_t{7});
  out.put(std::int64_t{-5});
  out.put(1.5F);
  out.put(Pair{1, 2});
  out.put_string("text");
  out.put_string("");
  out.put_raw("raw");
  EXPECT_EQ(out.size(), 1U + 8 + 4 + 8 + 4 + 4 + 4 + 3);
  const auto bytes = out.take();
  EXPECT_EQ(out.size(), 0U);

  ByteReader in(bytes);
  EXPECT_EQ(in.get<std::uint8_t>(), 7);
  EXPECT_EQ(in.get<std::int64_t>(), -5);
  EXPECT_EQ(in.get<float>(), 1.5F);
  const auto pair = in.get<Pair>();
  EXPECT_EQ(pair.a, 1U);
  EXPECT_EQ(pair.b, 2U);
  EXPECT_EQ(in.get_string(), "text");
  EXPECT_EQ(in.get_string(), "");
  EXPECT_EQ(in.remaining(), 3U);
  EXPECT_EQ(in.get_raw(3), "raw");
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.at_end());
}

TEST(Bytes, AreLittleEndian) {
  ByteWriter out;
  out.put(std::uint32_t{0x01020304});
  EXPECT_EQ(out.take(), "\x04\x03\x02\x01");
}

TEST(Bytes, ReadingPastTheEndYieldsZerosFromThenOn) {
  const std::string bytes = "\x01\x02\x03";
  ByteReader in(bytes);
  EXPECT_EQ(in.get<std::uint32_t>(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.get<std::uint8_t>(), 0) << "what is left after a failure is not read";
  EXPECT_TRUE(in.at_end());
}

TEST(Bytes, AStringLongerThanWhatIsThereIsNoString) {
  ByteWriter out;
  out.put(std::uint32_t{0xFFFFFFFF});
  out.put_raw("abc");
  const auto bytes = out.take();
  ByteReader in(bytes);
  EXPECT_EQ(in.get_string(), "");
  EXPECT_FALSE(in.ok());
}

TEST(Bytes, ReadsWithoutAlignment) {
  ByteWriter out;
  out.put(std::uint8_t{1});
  out.put(std::uint64_t{0x1122334455667788});
  const auto bytes = out.take();
  ByteReader in(bytes);
  (void)in.get<std::uint8_t>();
  EXPECT_EQ(in.get<std::uint64_t>(), 0x1122334455667788U);
}

}  // namespace
}  // namespace docket
