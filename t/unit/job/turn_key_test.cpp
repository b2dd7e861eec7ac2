// Between whom turns are taken.
#include "job/turn_key.h"

#include <gtest/gtest.h>

#include "store/store_driver.h"

namespace docket {
namespace {

TEST(TurnKey, ClientsOfIpv4AreToldApartByTheWholeAddress) {
  EXPECT_EQ(client_at("192.0.2.1"), client_at("192.0.2.1"));
  EXPECT_NE(client_at("192.0.2.1"), client_at("192.0.2.2"));
  EXPECT_NE(client_at("192.0.2.1"), client_at("193.0.2.1"));
  EXPECT_EQ(client_at("192.0.2.1"), client_at("::ffff:192.0.2.1")) << "as a socket for both families shows it";
  EXPECT_NE(client_at("::ffff:192.0.2.1"), client_at("::ffff:192.0.2.2"));
}

TEST(TurnKey, ClientsOfIpv6AreToldApartByTheFirst64Bits) {
  EXPECT_EQ(client_at("2001:db8:0:7::1"), client_at("2001:db8:0:7:ffff:ffff:ffff:ffff"));
  EXPECT_NE(client_at("2001:db8:0:7::1"), client_at("2001:db8:0:8::1"));
  EXPECT_NE(client_at("c000:201::1"), client_at("192.0.2.1")) << "the same bytes, of another family";
}

TEST(TurnKey, OwnersTakeTurnsWhereverTheyAre) {
  const auto ann = OwnerKey::of("ann");
  const auto client = client_at("192.0.2.1");
  EXPECT_EQ(turn_key(ann, client), ann);
  EXPECT_EQ(turn_key({}, client), client);
  EXPECT_EQ(turn_key({}, {}), OwnerKey{}) << "from where is not known";
  EXPECT_EQ(turn_key(ann, {}), ann);
}

TEST(TurnKey, ACheckKnowsWhoMayTakeTurns) {
  const auto ann = OwnerKey::of("ann");
  const auto client = client_at("2001:db8::1");
  const OwnerKey unknown;
  EXPECT_TRUE(takes_turns_for(ann, ann));
  EXPECT_FALSE(takes_turns_for(OwnerKey::of("ben"), ann));
  EXPECT_FALSE(takes_turns_for(client, ann));
  EXPECT_FALSE(takes_turns_for(unknown, ann));
  EXPECT_TRUE(takes_turns_for(client, unknown));
  EXPECT_TRUE(takes_turns_for(client_at("::"), unknown));
  EXPECT_TRUE(takes_turns_for(client_at("0.0.0.0"), unknown));
  EXPECT_TRUE(takes_turns_for(unknown, unknown));
  EXPECT_FALSE(takes_turns_for(ann, unknown));
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(takes_turns_for(OwnerKey::of(std::to_string(i)), unknown)) << i;
  }
}

}  // namespace
}  // namespace docket
