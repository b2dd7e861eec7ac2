#include "http/stream/websocket_handshake.h"

#include <gmock/gmock.h>

#include <array>

namespace docket::http {
namespace {

using ::testing::HasSubstr;
using Kind = Handshake::Kind;

// RFC 6455, 1.3.
constexpr std::string_view rfc_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view rfc_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

HandshakeFields good() {
  return {"websocket", "Upgrade", rfc_key, "13", {}};
}

Result<Handshake> with_protocols(std::vector<std::string_view> protocols) {
  auto fields = good();
  fields.protocols = protocols;
  return read_handshake(fields);
}

TEST(Handshake, IsAnsweredAsInTheRfc) {
  EXPECT_EQ(websocket_accept(rfc_key), rfc_accept);
  const auto handshake = read_handshake(good());
  ASSERT_TRUE(handshake);
  EXPECT_EQ(*handshake, (Handshake{Kind::accepted, std::string(rfc_accept), "", ""}));
}

TEST(Handshake, ReadsListsInAnyCase) {
  auto fields = good();
  fields.upgrade = "h2c , WebSocket";
  fields.connection = "keep-alive, UPGRADE";
  fields.key = " dGhlIHNhbXBsZSBub25jZQ== ";
  fields.version = " 13";
  EXPECT_EQ(read_handshake(fields)->accept, rfc_accept);
}

TEST(Handshake, IsNoneWithoutBothWords) {
  const std::pair<std::string_view, std::string_view> others[] = {
      {"", ""},           {"websocket", ""},      {"", "upgrade"},
      {"h2c", "upgrade"}, {"websocket", "close"}, {"websockets", "upgrade"}};
  for (const auto& [upgrade, connection] : others) {
    auto fields = good();
    fields.upgrade = upgrade;
    fields.connection = connection;
    fields.key = "not looked at";
    const auto handshake = read_handshake(fields);
    ASSERT_TRUE(handshake) << upgrade << connection;
    EXPECT_EQ(*handshake, Handshake{});
  }
}

TEST(Handshake, TellsTheWrongVersionFromOtherFaults) {
  for (const std::string_view version : {"", "8", "130", "13, 8", "x"}) {
    auto fields = good();
    fields.version = version;
    fields.key = "";
    const auto handshake = read_handshake(fields);
    ASSERT_TRUE(handshake) << version;
    EXPECT_EQ(handshake->kind, Kind::wrong_version);
  }
}

TEST(Handshake, RefusesAKeyThatIsNot16Bytes) {
  for (const std::string_view key :
       {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZ-==", "dGhlIHNhbXBsZSBub25jZQAA",
        "AAAAdGhlIHNhbXBsZSBub25jZQ==", "=====================A=="}) {
    auto fields = good();
    fields.key = key;
    const auto handshake = read_handshake(fields);
    ASSERT_FALSE(handshake) << key;
    EXPECT_EQ(handshake.error().code, ErrorCode::bad_request);
    EXPECT_THAT(handshake.error().detail, HasSubstr("Sec-WebSocket-Key"));
  }
}

TEST(Handshake, AnswersOurProtocolOnlyIfItIsOffered) {
  EXPECT_EQ(with_protocols({"docket"})->protocol, "docket");
  EXPECT_EQ(with_protocols({"chat, docket ,soap"})->protocol, "docket");
  EXPECT_EQ(with_protocols({"chat", ",", "soap,docket"})->protocol, "docket");
  EXPECT_EQ(with_protocols({})->protocol, "");
  EXPECT_EQ(with_protocols({"chat", "Docket, docket2"})->protocol, "");
}

TEST(Handshake, DecodesTheToken) {
  const auto token = [](std::string_view protocols) { return with_protocols({protocols})->token; };
  EXPECT_EQ(token("docket, docket.bearer.c2VjcmV0"), "secret");
  EXPECT_EQ(token("docket.bearer.c2VjcmV0,docket"), "secret");
  EXPECT_EQ(token("docket.bearer.YQ"), "a");
  EXPECT_EQ(token("docket.bearer.YWI"), "ab");
  EXPECT_EQ(token("docket.bearer.Pj4-Pz8_"), ">>>???");
  EXPECT_EQ(token("docket"), "");
  const auto handshake = with_protocols({"docket.bearer.c2VjcmV0", "chat, docket"});
  EXPECT_EQ(handshake->token, "secret");
  EXPECT_EQ(handshake->protocol, "docket");
}

TEST(Handshake, RefusesWhatIsNoToken) {
  const std::string long_token = "docket.bearer." + std::string(4 * 4096, 'a');
  const std::pair<std::vector<std::string_view>, ErrorCode> wrong[] = {
      {{"docket.bearer."}, ErrorCode::bad_request},
      {{"docket.bearer.Y"}, ErrorCode::bad_request},      // six bits are no byte
      {{"docket.bearer.YWJjZ"}, ErrorCode::bad_request},  //
      {{"docket.bearer.YQ=="}, ErrorCode::bad_request},   // padding
      {{"docket.bearer.YR"}, ErrorCode::bad_request},     // bits behind the byte
      {{"docket.bearer.Pj4+"}, ErrorCode::bad_request},   // base64, not base64url
      {{"docket.bearer.YW\xC3\xA4"}, ErrorCode::bad_request},
      {{"docket.bearer.YW I"}, ErrorCode::bad_request},
      {{"docket.bearer.YQ, docket.bearer.YQ"}, ErrorCode::bad_request},
      {{"docket.bearer.YQ", "docket.bearer.Yg"}, ErrorCode::bad_request},
      {{"docket.bearer.YSBi"}, ErrorCode::unauthorized},  // "a b"
      {{"docket.bearer.AA"}, ErrorCode::unauthorized},    // a zero byte
      {{long_token}, ErrorCode::unauthorized},
  };
  for (const auto& [protocols, code] : wrong) {
    const auto handshake = with_protocols(protocols);
    ASSERT_FALSE(handshake) << protocols.front();
    EXPECT_EQ(handshake.error().code, code) << protocols.front();
  }
}

}  // namespace
}  // namespace docket::http
