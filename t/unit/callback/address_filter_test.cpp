#include "callback/address_filter.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace docket {
namespace {

using Class = AddressClass;

Class class_of(const std::string& text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return address ? address_class(*address) : Class::global;
}

TEST(AddressFilter, ClassesOfAddresses) {
  const std::vector<std::pair<std::string, Class>> table{
      {"8.8.8.8", Class::global},
      {"1.1.1.1", Class::global},
      {"172.15.255.255", Class::global},
      {"172.32.0.0", Class::global},
      {"100.63.255.255", Class::global},
      {"100.128.0.0", Class::global},
      {"169.253.255.255", Class::global},
      {"192.167.255.255", Class::global},
      {"223.255.255.255", Class::global},
      {"0.0.0.0", Class::unspecified},
      {"0.255.255.255", Class::unspecified},
      {"10.0.0.0", Class::private_use},
      {"10.255.255.255", Class::private_use},
      {"100.64.0.0", Class::shared},
      {"100.127.255.255", Class::shared},
      {"127.0.0.1", Class::loopback},
      {"127.255.255.255", Class::loopback},
      {"169.254.169.254", Class::link_local},
      {"172.16.0.0", Class::private_use},
      {"172.31.255.255", Class::private_use},
      {"192.0.0.1", Class::special_purpose},
      {"192.0.2.1", Class::special_purpose},
      {"192.168.0.1", Class::private_use},
      {"198.18.0.1", Class::special_purpose},
      {"198.19.255.255", Class::special_purpose},
      {"198.51.100.1", Class::special_purpose},
      {"203.0.113.1", Class::special_purpose},
      {"224.0.0.1", Class::multicast},
      {"239.255.255.255", Class::multicast},
      {"240.0.0.1", Class::special_purpose},
      {"255.255.255.255", Class::special_purpose},
      {"2606:4700:4700::1111", Class::global},
      {"2a00:1450::1", Class::global},
      {"::", Class::unspecified},
      {"::1", Class::loopback},
      {"::ffff:127.0.0.1", Class::loopback},
      {"::ffff:10.1.2.3", Class::private_use},
      {"::ffff:169.254.169.254", Class::link_local},
      {"::ffff:8.8.8.8", Class::global},
      {"::127.0.0.1", Class::loopback},
      {"::8.8.8.8", Class::special_purpose},
      {"::ffff:0:127.0.0.1", Class::loopback},
      {"64:ff9b::127.0.0.1", Class::loopback},
      {"64:ff9b::10.0.0.1", Class::private_use},
      {"64:ff9b::100.64.0.1", Class::shared},
      {"64:ff9b::169.254.169.254", Class::link_local},
      {"64:ff9b::8.8.8.8", Class::global},
      {"64:ff9b:1::8.8.8.8", Class::special_purpose},
      {"2002:7f00:1::", Class::loopback},
      {"2002:808:808::", Class::global},
      {"2001::1", Class::special_purpose},
      {"2001:db8::1", Class::special_purpose},
      {"2001:200::1", Class::global},
      {"100::1", Class::special_purpose},
      {"3fff::1", Class::special_purpose},
      {"5f00::1", Class::special_purpose},
      {"4000::1", Class::special_purpose},
      {"fc00::1", Class::private_use},
      {"fdff::1", Class::private_use},
      {"fe80::1", Class::link_local},
      {"febf::1", Class::link_local},
      {"fec0::1", Class::private_use},
      {"ff02::1", Class::multicast},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(class_of(text), expected) << text;
  }
}

TEST(AddressFilter, NetworksAndNames) {
  for (const auto* text : {"10.0.0.0/8", "127.0.0.1", "0.0.0.0/0", "::1", "fd00::/8", "::/0", "hooks.example",
                           "localhost", "HOOKS", "a_b.internal", "hooks.example."}) {
    EXPECT_TRUE(is_allow_entry(text)) << text;
  }
  for (const auto* text :
       {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0", "10.0.0.256", "fd00::1/8", "::/129", "-",
        ".example", "a..b", "*.example", "http://a", "a/8", "a b", "a:80"}) {
    EXPECT_FALSE(is_allow_entry(text)) << text;
  }
}

bool permits(const AddressFilter& filter, const std::string& host, const std::string& address) {
  return filter.permits(host, IpAddress::parse(address).value());
}

TEST(AddressFilter, WhatIsNotGlobalHasToBeListed) {
  const AddressFilter none(false, {});
  EXPECT_TRUE(permits(none, "a.example", "8.8.8.8"));
  EXPECT_FALSE(permits(none, "a.example", "127.0.0.1"));

  const std::vector<std::string> allow{"127.0.0.0/8", "fd00::/8", "Hooks.internal"};
  const AddressFilter some(false, allow);
  EXPECT_TRUE(permits(some, "a.example", "127.0.0.1"));
  EXPECT_TRUE(permits(some, "a.example", "::ffff:127.0.0.1")) << "that is the same one";
  EXPECT_TRUE(permits(some, "a.example", "8.8.8.8"));
  EXPECT_TRUE(permits(some, "a.example", "fd12::1"));
  EXPECT_FALSE(permits(some, "a.example", "::1"));
  EXPECT_FALSE(permits(some, "a.example", "10.0.0.1"));
  EXPECT_FALSE(permits(some, "a.example", "64:ff9b::127.0.0.1"));
  EXPECT_TRUE(permits(some, "hooks.INTERNAL.", "10.0.0.1"));
  EXPECT_FALSE(permits(some, "x.hooks.internal", "10.0.0.1"));

  const AddressFilter only(true, allow);
  EXPECT_FALSE(permits(only, "a.example", "8.8.8.8"));
  EXPECT_TRUE(permits(only, "a.example", "127.0.0.1"));
  EXPECT_TRUE(permits(only, "hooks.internal", "8.8.8.8"));

  const std::vector<std::string> all4{"0.0.0.0/0"};
  EXPECT_TRUE(permits(AddressFilter(true, all4), "a", "8.8.8.8"));
  EXPECT_FALSE(permits(AddressFilter(true, all4), "a", "2606:4700::1"));
}

TEST(AddressFilter, SocketAddresses) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* address = reinterpret_cast<const sockaddr*>(&four);
  EXPECT_EQ(IpAddress::of(address, sizeof four), IpAddress::parse("127.0.0.1"));
  EXPECT_FALSE(IpAddress::of(address, 4));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  EXPECT_EQ(IpAddress::of(reinterpret_cast<const sockaddr*>(&six), sizeof six), IpAddress::parse("::1"));
  four.sin_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::of(address, sizeof four));
}

}  // namespace
}  // namespace docket
