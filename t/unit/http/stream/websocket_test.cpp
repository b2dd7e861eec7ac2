#include "http/stream/websocket.h"

#include <gmock/gmock.h>

#include "http/stream/websocket_client.h"

namespace docket::http {
namespace {

using namespace test;
using ::testing::ElementsAre;

constexpr std::size_t enough = 65536;

void no_text(std::string_view message) {
  ADD_FAILURE() << "a text came: " << message;
}

struct Case {
  std::string name;
  std::string bytes;
  std::vector<std::string> texts;
  std::string output;
  unsigned code = 0;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

std::vector<Case> cases() {
  const std::string umlaut = "\xC3\xA4";
  const std::string euro = "\xE2\x82\xAC";
  const std::string longest(WebSocket::max_message, 'a');
  std::vector<Case> all = {
      {"nothing", "", {}, "", 0},
      {"one_text", text("hello"), {"hello"}, "", 0},
      {"empty_text", text(""), {""}, "", 0},
      {"texts", text("a") + text("") + text(umlaut), {"a", "", umlaut}, "", 0},
      {"length_of_two_bytes", text(std::string(126, 'x')), {std::string(126, 'x')}, "", 0},
      {"fragments",
       frame(text_frame, "a") + frame(continuation, "") + frame(continuation, "b") + frame(fin | continuation, "c") +
           text("d"),
       {"abc", "d"},
       "",
       0},
      {"a_character_in_fragments",
       frame(text_frame, "\xE2") + frame(continuation, "\x82") + frame(fin | continuation, "\xAC"),
       {euro},
       "",
       0},
      {"ping", frame(fin | ping, ""), {}, answer(pong, ""), 0},
      {"ping_between_fragments",
       frame(text_frame, "a") + frame(fin | ping, "p\xFF") + frame(fin | pong, "q") + frame(fin | continuation, "b"),
       {"ab"},
       answer(pong, "p\xFF"),
       0},
      {"longest_ping", frame(fin | ping, longest.substr(0, 125)), {}, answer(pong, longest.substr(0, 125)), 0},
      {"pong_unasked", frame(fin | pong, "x"), {}, "", 0},

      // ---- The client closes; what comes behind is dropped.
      {"close", frame(fin | close_frame, "") + text("x"), {}, answer(close_frame, ""), 1005},
      {"close_with_code", frame(fin | close_frame, close_payload(1000)), {}, close_answer(1000), 1000},
      {"close_with_reason",
       text("a") + frame(fin | ping, "p") + frame(fin | close_frame, close_payload(4999, umlaut + euro + umlaut)) +
           frame(fin | ping, "x"),
       {"a"},
       answer(pong, "p") + close_answer(4999, umlaut + euro + umlaut),
       4999},
      {"close_within_a_message",
       frame(text_frame, "a") + frame(fin | close_frame, close_payload(1001)),
       {},
       close_answer(1001),
       1001},

      // ---- Faults of the client's.
      {"close_of_one_byte", frame(fin | close_frame, "\x03"), {}, close_answer(1002), 1002},
      {"close_with_999", frame(fin | close_frame, close_payload(999)), {}, close_answer(1002), 1002},
      {"close_with_1005", frame(fin | close_frame, close_payload(1005)), {}, close_answer(1002), 1002},
      {"close_with_1006", frame(fin | close_frame, close_payload(1006)), {}, close_answer(1002), 1002},
      {"close_with_5000", frame(fin | close_frame, close_payload(5000)), {}, close_answer(1002), 1002},
      {"close_with_bad_reason", frame(fin | close_frame, close_payload(1000, "ab\xFF")), {}, close_answer(1007), 1007},
      {"close_with_half_a_character",
       frame(fin | close_frame, close_payload(1000, "\xC3")),
       {},
       close_answer(1007),
       1007},
      {"not_masked", answer(text_frame, "hello"), {}, close_answer(1002), 1002},
      {"not_masked_and_empty", answer(text_frame, ""), {}, close_answer(1002), 1002},
      {"continuation_of_nothing", frame(fin | continuation, "a"), {}, close_answer(1002), 1002},
      {"continuation_behind_a_message", text("a") + frame(continuation, "a"), {"a"}, close_answer(1002), 1002},
      {"text_within_a_message", frame(text_frame, "a") + text("b"), {}, close_answer(1002), 1002},
      {"ping_in_fragments", frame(ping, "a") + frame(fin | continuation, "b"), {}, close_answer(1002), 1002},
      {"fault_behind_a_ping",
       frame(fin | ping, "p") + frame(close_frame, ""),
       {},
       answer(pong, "p") + close_answer(1002),
       1002},
      {"ping_of_126_bytes", frame(fin | ping, longest.substr(0, 126)), {}, close_answer(1002), 1002},
      {"length_in_more_bytes_than_needed", frame(fin | text_frame, "hello", 2), {}, close_answer(1002), 1002},
      {"length_in_far_more_bytes_than_needed", frame(fin | text_frame, "hello", 8), {}, close_answer(1002), 1002},
      {"bad_utf8",
       text("a\xFF"
            "b"),
       {},
       close_answer(1007),
       1007},
      {"surrogate", text("\xED\xA0\x80"), {}, close_answer(1007), 1007},
      {"cut_utf8", text("a\xE2\x82"), {}, close_answer(1007), 1007},
      {"cut_utf8_in_fragments",
       frame(text_frame, "\xE2") + frame(fin | continuation, "\x82"),
       {},
       close_answer(1007),
       1007},
      {"text_and_fault", text("a") + text("\xFF") + text("b"), {"a"}, close_answer(1007), 1007},
      {"binary", frame(fin | binary, "a"), {}, close_answer(1003), 1003},
      {"binary_and_empty", frame(fin | binary, ""), {}, close_answer(1003), 1003},
      {"binary_fragment", frame(binary, "a") + frame(fin | continuation, "b"), {}, close_answer(1003), 1003},

      // ---- Limits.
      {"longest", text(longest), {longest}, "", 0},
      {"too_long", text(longest + "a"), {}, close_answer(1009), 1009},
      {"too_long_in_fragments",
       frame(text_frame, longest) + frame(continuation, "") + frame(fin | continuation, "a"),
       {},
       close_answer(1009),
       1009},
      {"as_long_as_can_be_said",
       "\x81\xFF" + std::string("\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                "mask"
                                "a"),
       {},
       close_answer(1009),
       1009},
      {"longer_than_can_be_said",
       "\x81\xFF" + std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                "mask"
                                "a"),
       {},
       close_answer(1002),
       1002},
      {"long_fragment_behind_another",
       frame(text_frame, "a") + "\x80" +
           std::string("\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                       "mask"
                       "a"),
       {},
       close_answer(1009),
       1009},
  };
  for (const unsigned reserved : {0x40U, 0x20U, 0x10U}) {
    const auto name = "reserved_bit_" + std::to_string(reserved);
    all.push_back({name, frame(fin | reserved | text_frame, "a"), {}, close_answer(1002), 1002});
    all.push_back({name + "_of_a_ping", frame(fin | reserved | ping, "a"), {}, close_answer(1002), 1002});
  }
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    all.push_back({"opcode_" + std::to_string(opcode), frame(fin | opcode, "a"), {}, close_answer(1002), 1002});
  }
  return all;
}

class Frames : public testing::TestWithParam<Case> {
 protected:
  static Heard expected() { return {GetParam().texts, GetParam().output, GetParam().code, GetParam().code != 0}; }
};

TEST_P(Frames, ComeTo) {
  EXPECT_EQ(hear(GetParam().bytes), expected());
}

TEST_P(Frames, ComeToTheSameInTwoPieces) {
  for (std::size_t cut = 0; cut <= GetParam().bytes.size(); ++cut) {
    ASSERT_EQ(hear(GetParam().bytes, {cut}), expected()) << cut;
  }
}

TEST_P(Frames, ComeToTheSameByteByByte) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 1; cut < GetParam().bytes.size(); ++cut) {
    cuts.push_back(cut);
  }
  EXPECT_EQ(hear(GetParam().bytes, cuts), expected());
}

INSTANTIATE_TEST_SUITE_P(WebSocket, Frames, testing::ValuesIn(cases()), [](const auto& one) { return one.param.name; });

TEST(WebSocket, IsOpenAtFirst) {
  WebSocket socket(enough);
  EXPECT_EQ(socket.pending(), "");
  EXPECT_FALSE(socket.is_closing());
  EXPECT_FALSE(socket.is_closed());
  EXPECT_EQ(socket.close_code(), 0);
}

TEST(WebSocket, SendsTextsOfEveryLength) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U}) {
    WebSocket socket(enough * 2);
    const std::string message(size, 'x');
    ASSERT_TRUE(socket.send_text(message));
    EXPECT_EQ(socket.pending(), answer(text_frame, message)) << size;
  }
}

TEST(WebSocket, KeepsWhatWasNotSent) {
  WebSocket socket(enough);
  const std::string message(1000, 'x');
  std::string all;
  std::string taken;
  for (int i = 0; i < 10; ++i) {
    const auto one = message + std::to_string(i);
    ASSERT_TRUE(socket.send_text(one));
    all += answer(text_frame, one);
    const auto piece = socket.pending().substr(0, 700);
    taken += piece;
    socket.sent(piece.size());
  }
  EXPECT_EQ(taken + std::string(socket.pending()), all);
  socket.sent(socket.pending().size() + 1);
  EXPECT_EQ(socket.pending(), "");
}

TEST(WebSocket, RefusesTextsThatDoNotFit) {
  WebSocket socket(10);
  EXPECT_FALSE(socket.send_text("123456789"));
  EXPECT_EQ(socket.pending(), "");
  EXPECT_TRUE(socket.send_text("12345"));
  EXPECT_FALSE(socket.send_text("12"));
  EXPECT_TRUE(socket.send_text("1"));
  EXPECT_FALSE(socket.send_text(""));
  EXPECT_EQ(socket.pending(), answer(text_frame, "12345") + answer(text_frame, "1"));
  socket.sent(7);
  EXPECT_TRUE(socket.send_text("12345"));
  EXPECT_FALSE(socket.is_closing());
}

TEST(WebSocket, LeavesOutPongsThatDoNotFit) {
  std::string pings;
  for (int i = 0; i < 100; ++i) {
    pings += frame(fin | ping, "12345678");
  }
  const auto expected = answer(pong, "12345678");
  EXPECT_EQ(hear(pings + text("a"), {}, 25), (Heard{{"a"}, expected + expected, 0, false}));
  // A close is always told, and so is why.
  EXPECT_EQ(hear(pings + frame(fin | close_frame, ""), {}, 0), (Heard{{}, answer(close_frame, ""), 1005, true}));
  EXPECT_EQ(hear(pings + text("\xFF"), {}, 0), (Heard{{}, close_answer(1007), 1007, true}));
  EXPECT_EQ(hear(pings + frame(ping, ""), {}, 0), (Heard{{}, close_answer(1002), 1002, true}));
}

TEST(WebSocket, ClosesFirstAndWaitsForTheClient) {
  WebSocket socket(enough);
  ASSERT_TRUE(socket.send_text("last"));
  socket.send_close(CloseCode::normal, "done");
  const auto expected = answer(text_frame, "last") + close_answer(1000, "done");
  EXPECT_EQ(socket.pending(), expected);
  EXPECT_TRUE(socket.is_closing());
  EXPECT_FALSE(socket.is_closed());
  EXPECT_FALSE(socket.send_text("more"));
  socket.send_close(CloseCode::going_away);
  // What was under way is not answered any more.
  socket.feed(text("x") + frame(fin | ping, "y"), no_text);
  EXPECT_FALSE(socket.is_closed());
  socket.feed(frame(fin | close_frame, close_payload(1001)) + text("x"), no_text);
  EXPECT_TRUE(socket.is_closed());
  EXPECT_EQ(socket.pending(), expected);
  EXPECT_EQ(socket.close_code(), 1000);
}

TEST(WebSocket, IsClosedByAFaultWhileItWaitsForTheClient) {
  for (const auto& fault : {text("\xFF"), frame(ping, ""), frame(fin | binary, ""), answer(text_frame, ""),
                            frame(fin | close_frame, "\x03"), text(std::string(5000, 'a'))}) {
    WebSocket socket(enough);
    socket.send_close(CloseCode::going_away);
    socket.feed(fault, no_text);
    EXPECT_TRUE(socket.is_closed());
    EXPECT_EQ(socket.pending(), close_answer(1001));
    EXPECT_EQ(socket.close_code(), 1001);
  }
}

TEST(WebSocket, SaysNothingAfterTheClientClosed) {
  WebSocket socket(enough);
  socket.feed(frame(fin | close_frame, close_payload(1000)), no_text);
  EXPECT_FALSE(socket.send_text("x"));
  socket.send_close(CloseCode::normal);
  EXPECT_EQ(socket.pending(), close_answer(1000));
  EXPECT_TRUE(socket.is_closing());
  EXPECT_TRUE(socket.is_closed());
}

TEST(WebSocket, CutsAReasonToWhatAFrameTakes) {
  WebSocket socket(enough);
  socket.send_close(CloseCode::policy_violation, std::string(122, 'a') + "\xC3\xA4");
  EXPECT_EQ(socket.pending(), close_answer(1008, std::string(122, 'a')));
}

TEST(WebSocket, CanAnswerFromWithinFeed) {
  WebSocket socket(enough);
  std::vector<std::string> texts;
  const auto on_text = [&](std::string_view message) {
    texts.emplace_back(message);
    EXPECT_TRUE(socket.send_text(message));
    if (message == "bye") {
      socket.send_close(CloseCode::normal);
    }
  };
  socket.feed(text("hello") + frame(fin | ping, "p") + text("bye") + text("late") +
                  frame(fin | close_frame, close_payload(1000)),
              on_text);
  EXPECT_THAT(texts, ElementsAre("hello", "bye"));
  EXPECT_EQ(socket.pending(),
            answer(text_frame, "hello") + answer(pong, "p") + answer(text_frame, "bye") + close_answer(1000));
  EXPECT_TRUE(socket.is_closed());
}

}  // namespace
}  // namespace docket::http
