#include "protocol/wire.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace docket::wire {
namespace {

UnitRequest full_request() {
  UnitRequest request;
  request.kind = UnitKind::assemble;
  request.may_finish = true;
  request.survey = true;
  request.filenames = {"a.pdf", "", std::string("b\0\xFF.tif", 7)};
  request.type = MediaType::tiff;
  request.file = 2;
  request.first_page = 17;
  request.last_page = 4'000'000'000U;
  request.options.formats.add(Format::markdown);
  request.options.formats.add(Format::json);
  request.options.languages = "deu+eng";
  request.options.ocr = OcrMode::force;
  request.options.dpi = 400;
  request.options.page_separator = "\n---\n";
  request.options.pages = PageSet::parse("2-5,9-").value();
  request.limits = {.max_pages = 9, .max_pixels = 8, .memory = 7, .cpu_seconds = 6, .unit_ms = 5, .attempts = 4};
  request.password = "secret";
  request.index = {{.file = 0, .page = 1, .offset = 2, .length = 3},
                   {.file = 1, .page = 2, .offset = 1ULL << 40U, .length = 0}};
  request.types = {MediaType::pdf, MediaType::unknown, MediaType::tiff};
  return request;
}

ChildMessage page_done() {
  PageDone done;
  done.page.file = 3;
  done.page.page = 12;
  done.page.outputs.sections = {{std::nullopt, Representation::raw, 10, 20},
                                {Format::text, Representation::escaped, 30, 40},
                                {Format::text, Representation::documents, 70, 5}};
  return done;
}

ChildMessage page_given_up() {
  PageDone done;
  done.page.page = 1;
  done.page.error = ErrorCode::too_many_pixels;
  done.page.error_detail = "too large";
  return done;
}

std::vector<ChildMessage> all_kinds() {
  return {Probed{7, {{1, 3}, {4, 7}}},
          Probed{1, {}},
          page_done(),
          page_given_up(),
          Completed{{{Format::json, Representation::raw, 0, 5}}},
          RangeDone{},
          Refused{{ErrorCode::encrypted, "needs a password"}}};
}

std::string encode(const std::vector<ChildMessage>& messages) {
  std::string bytes;
  for (const auto& message : messages) {
    bytes += encode(message);
  }
  return bytes;
}

/// The message of a packet that has one.
ChildMessage only(std::string_view packet) {
  auto messages = unpack(packet);
  EXPECT_TRUE(messages && messages->size() == 1);
  return messages && !messages->empty() ? std::move(messages->front()) : ChildMessage{};
}

TEST(Wire, RequestComesBackAsItWas) {
  const auto request = full_request();
  const auto back = decode_request(encode(request));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->kind, request.kind);
  EXPECT_TRUE(back->may_finish);
  EXPECT_TRUE(back->survey);
  EXPECT_FALSE(back->may_do_pages);
  EXPECT_EQ(back->filenames, request.filenames);
  EXPECT_EQ(back->type, request.type);
  EXPECT_EQ(back->file, request.file);
  EXPECT_EQ(back->first_page, request.first_page);
  EXPECT_EQ(back->last_page, request.last_page);
  EXPECT_EQ(back->options, request.options);
  EXPECT_EQ(back->limits, request.limits);
  EXPECT_EQ(back->password, request.password);
  EXPECT_EQ(back->index, request.index);
  EXPECT_EQ(back->types, request.types);
}

TEST(Wire, HeadOfARequestLiesInItsFirstBytesAndHasNoSecret) {
  auto request = full_request();
  const auto short_head = encode(request).substr(0, max_head);
  EXPECT_TRUE(decode_request_head(short_head));
  for (const auto& secret : {request.password, request.filenames[0]}) {
    EXPECT_EQ(short_head.find(secret), std::string::npos) << secret;
  }
  request.options.languages = std::string(max_languages, 'x');
  const auto bytes = encode(request);
  const auto first = bytes.substr(0, max_head);
  const auto head = decode_request_head(first);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->kind, request.kind);
  EXPECT_EQ(head->ocr, request.options.ocr);
  EXPECT_EQ(head->languages, request.options.languages);
  EXPECT_EQ(head->limits, request.limits);

  request.options.languages += 'x';
  EXPECT_FALSE(decode_request_head(encode(request)));
  EXPECT_FALSE(decode_request(encode(request)));
}

TEST(Wire, RequestOfAnotherProtocolIsRefused) {
  auto bytes = encode(full_request());
  ++bytes[0];
  EXPECT_FALSE(decode_request(bytes));
  EXPECT_FALSE(decode_request_head(bytes));
}

TEST(Wire, ChildMessagesComeBackAsTheyWere) {
  for (const auto& message : all_kinds()) {
    const auto bytes = encode(message);
    EXPECT_LE(bytes.size(), max_message);
    const auto back = unpack(bytes);
    ASSERT_TRUE(back) << message.index();
    ASSERT_EQ(back->size(), 1U);
    EXPECT_EQ(back->front().index(), message.index());
    EXPECT_EQ(encode(back->front()), bytes);
  }
  const auto done = std::get<PageDone>(only(encode(page_done())));
  EXPECT_EQ(done.page.file, 3);
  EXPECT_EQ(done.page.page, 12U);
  EXPECT_EQ(done.page.outputs.sections, std::get<PageDone>(page_done()).page.outputs.sections);
  const auto given_up = std::get<PageDone>(only(encode(page_given_up())));
  EXPECT_EQ(given_up.page.error, ErrorCode::too_many_pixels);
  EXPECT_EQ(given_up.page.error_detail, "too large");
}

TEST(Wire, ChildTellsSeveralThingsAtOnce) {
  const auto messages = all_kinds();
  const auto packets = pack(messages);
  ASSERT_EQ(packets.size(), 1U);
  const auto& packet = packets.front();
  const auto back = unpack(packet);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), encode(messages));
  EXPECT_FALSE(unpack(""));
  EXPECT_FALSE(unpack(packet + "\x09"));
  EXPECT_FALSE(unpack(packet.substr(0, packet.size() - 1)));
  EXPECT_TRUE(pack({}).empty());
}

TEST(Wire, ManyThingsTakeSeveralPackets) {
  const std::vector<ChildMessage> short_ones(max_messages_at_once + 1, RangeDone{});
  ASSERT_EQ(pack(short_ones).size(), 2U);
  EXPECT_EQ(unpack(pack(short_ones).front())->size(), max_messages_at_once);
  EXPECT_FALSE(unpack(encode(short_ones)));

  const std::vector<ChildMessage> long_ones(5, Probed{max_ranges / 2, std::vector<PageRange>(max_ranges / 2)});
  std::string all;
  for (const auto& packet : pack(long_ones)) {
    EXPECT_LE(packet.size(), max_message);
    const auto some = unpack(packet);
    ASSERT_TRUE(some);
    all += encode(*some);
  }
  EXPECT_EQ(all, encode(long_ones));
}

TEST(Wire, LongestMessageFits) {
  Probed probed{max_ranges, std::vector<PageRange>(max_ranges)};
  EXPECT_LE(encode(probed).size(), max_message);

  const Refused refused{{ErrorCode::corrupt, std::string(1'000'000, 'x')}};
  EXPECT_EQ(std::get<Refused>(only(encode(refused))).error.detail, std::string(max_sent_detail, 'x'));
}

TEST(Wire, CountsThatLieAllocateNothing) {
  // A Probed that says it has four thousand million ranges, and has none.
  std::string bytes("\x01\x05\x00\x00\x00\xFF\xFF\xFF\xFF", 9);
  EXPECT_FALSE(unpack(bytes));
}

TEST(Wire, HelloIsReadAcrossVersions) {
  const Hello hello{.version = "1.2.3", .error = "no sandbox", .sandbox = "landlock 7"};
  const auto back = decode_hello(encode(hello));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->protocol, protocol_version);
  EXPECT_EQ(back->version, "1.2.3");
  EXPECT_EQ(back->error, "no sandbox");
  EXPECT_EQ(back->sandbox, "landlock 7");

  auto newer = encode(Hello{.protocol = protocol_version + 1, .version = "9", .error = {}, .sandbox = {}});
  newer += "and what nobody knows yet";
  const auto other = decode_hello(newer);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->protocol, protocol_version + 1);
  EXPECT_EQ(other->version, "9");

  // Other programs that greet in this way count by themselves.
  const auto launcher = encode(Hello{.protocol = 77, .version = "1", .error = "why", .sandbox = {}});
  EXPECT_EQ(decode_hello(launcher)->error, "");
  EXPECT_EQ(decode_hello(launcher, 77)->error, "why");

  EXPECT_FALSE(decode_hello(""));
  EXPECT_FALSE(decode_hello("garbage"));
}

TEST(Wire, JobMessageSaysWhatComesAlong) {
  for (const bool output : {false, true}) {
    for (const bool pages : {false, true}) {
      for (const std::uint8_t documents : {std::uint8_t{0}, std::uint8_t{3}, max_documents}) {
        const auto back =
            decode_job_message(encode(JobFiles{.output = output, .pages = pages, .documents = documents}));
        ASSERT_TRUE(back);
        EXPECT_EQ(back->output, output);
        EXPECT_EQ(back->pages, pages);
        EXPECT_EQ(back->documents, documents);
      }
    }
  }
  for (const auto* bad : {"U", "U\x01", "V\x01\x01", "U\x04\x01", "U\x01\x01 ", "U\x01\xF1"}) {
    EXPECT_FALSE(decode_job_message(bad)) << bad;
  }
}

TEST(Wire, EndedComesBackAsItWas) {
  const auto back = decode_ended(encode(Ended{.wait_status = 9, .timed_out = true, .out_of_memory = false}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->wait_status, 9);
  EXPECT_TRUE(back->timed_out);
  EXPECT_FALSE(back->out_of_memory);
}

// Whatever bytes come: they are refused, or they are exactly what encode() makes of what was read from them.

template <class Decode>
void expect_refused_or_exact(const std::string& bytes, Decode decode) {
  if (const auto value = decode(bytes)) {
    EXPECT_EQ(encode(*value), bytes);
  }
}

void expect_all_survive(const std::string& bytes) {
  expect_refused_or_exact(bytes, unpack);
  expect_refused_or_exact(bytes, decode_request);
  expect_refused_or_exact(bytes, decode_ended);
  expect_refused_or_exact(bytes, decode_job_message);
  static_cast<void>(decode_request_head(bytes));
  static_cast<void>(decode_hello(bytes));
}

std::vector<std::string> well_formed() {
  std::vector<std::string> seeds{encode(full_request()), encode(UnitRequest{}), encode(Ended{}), encode(Hello{}),
                                 encode(JobFiles{.output = true, .documents = 2})};
  for (const auto& message : all_kinds()) {
    seeds.push_back(encode(message));
  }
  return seeds;
}

TEST(WireGarbage, CutShort) {
  for (const auto& seed : well_formed()) {
    for (std::size_t size = 0; size < seed.size(); ++size) {
      const auto cut = seed.substr(0, size);
      expect_all_survive(cut);
    }
  }
  const auto request = encode(full_request());
  EXPECT_FALSE(decode_request(request.substr(0, request.size() - 1)));
  EXPECT_FALSE(decode_request(request + "x"));
}

TEST(WireGarbage, ChangedBytes) {
  std::mt19937 random(20261121);
  for (const auto& seed : well_formed()) {
    for (int round = 0; round < 3000; ++round) {
      auto bytes = seed;
      for (auto changes = 1 + random() % 4; changes > 0; --changes) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      expect_all_survive(bytes);
    }
  }
}

TEST(WireGarbage, AnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (auto& byte : bytes) {
      byte = static_cast<char>(random() % 3 == 0 ? random() % 8 : random());
    }
    expect_all_survive(bytes);
  }
}

}  // namespace
}  // namespace docket::wire
