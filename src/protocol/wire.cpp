#include "protocol/wire.h"

#include <utility>

#include "job/codec/section_bytes.h"
#include "protocol/wire_bytes.h"

namespace docket::wire {
namespace {

// The first byte of a child's message. Numbers are the protocol's.
enum class Kind : std::uint8_t { probed = 1, page_done = 2, completed = 3, range_done = 4, refused = 5 };

constexpr std::uint8_t has_output = 1;
constexpr std::uint8_t has_pages = 2;

std::vector<Section> get_sections(ByteReader& in, bool& good) {
  std::vector<Section> sections;
  good = docket::get_sections(in, sections, SectionParts::place) && good;
  return sections;
}

void put_error(ByteWriter& out, ErrorCode code, std::string_view detail) {
  out.put(code);
  out.put_string(detail.substr(0, max_sent_detail));
}

std::string get_detail(ByteReader& in, bool& good) {
  const auto detail = in.get_string();
  good = good && detail.size() <= max_sent_detail;
  return std::string(detail);
}

/// Error codes are sent as numbers; one that this version has no word for is no code.
ErrorCode get_code(ByteReader& in, bool& good) {
  const auto code = in.get<ErrorCode>();
  good = good && error_code_of(to_string(code)) == code;
  return code;
}

struct Encoder {
  ByteWriter& out;

  void operator()(const Probed& probed) const {
    out.put(Kind::probed);
    out.put(probed.total_pages);
    out.put(static_cast<std::uint32_t>(probed.ranges.size()));
    for (const auto& range : probed.ranges) {
      out.put(range.first);
      out.put(range.last);
    }
  }
  void operator()(const PageDone& done) const {
    out.put(Kind::page_done);
    out.put(done.page.file);
    out.put(done.page.page);
    put_error(out, done.page.error, done.page.error_detail);
    put_sections(out, done.page.outputs.sections, SectionParts::place);
  }
  void operator()(const Completed& completed) const {
    out.put(Kind::completed);
    put_sections(out, completed.sections, SectionParts::place);
  }
  void operator()(const RangeDone& /*done*/) const { out.put(Kind::range_done); }
  void operator()(const Refused& refused) const {
    out.put(Kind::refused);
    put_error(out, refused.error.code, refused.error.detail);
  }
};

Probed get_probed(ByteReader& in, bool& good) {
  Probed probed;
  probed.total_pages = in.get<std::uint32_t>();
  probed.ranges.resize(get_count(in, 2 * sizeof(std::uint32_t), good));
  for (auto& range : probed.ranges) {
    range.first = in.get<std::uint32_t>();
    range.last = in.get<std::uint32_t>();
  }
  return probed;
}

PageDone get_page_done(ByteReader& in, bool& good) {
  PageDone done;
  done.page.file = in.get<std::uint16_t>();
  done.page.page = in.get<std::uint32_t>();
  done.page.error = get_code(in, good);
  done.page.error_detail = get_detail(in, good);
  done.page.outputs.sections = get_sections(in, good);
  return done;
}

Refused get_refused(ByteReader& in, bool& good) {
  Refused refused;
  refused.error.code = get_code(in, good);
  refused.error.detail = get_detail(in, good);
  return refused;
}

ChildMessage get_child_message(ByteReader& in, bool& good) {
  switch (in.get<Kind>()) {
    case Kind::probed:
      return get_probed(in, good);
    case Kind::page_done:
      return get_page_done(in, good);
    case Kind::completed:
      return Completed{get_sections(in, good)};
    case Kind::range_done:
      return RangeDone{};
    case Kind::refused:
      return get_refused(in, good);
  }
  good = false;
  return {};
}

}  // namespace

std::string encode(JobFiles files) {
  std::string message(1, job_message);
  message += static_cast<char>((files.output ? has_output : 0) | (files.pages ? has_pages : 0));
  message += static_cast<char>(files.documents);
  return message;
}

Result<JobFiles> decode_job_message(std::string_view bytes) {
  ByteReader in(bytes);
  const auto kind = in.get<char>();
  const auto flags = in.get<std::uint8_t>();
  const auto documents = in.get<std::uint8_t>();
  if (!whole(in) || documents > max_documents || kind != job_message ||
      (flags & ~unsigned{has_output | has_pages}) != 0) {
    return malformed("control message");
  }
  return JobFiles{.output = (flags & has_output) != 0, .pages = (flags & has_pages) != 0, .documents = documents};
}

std::string encode(const Hello& hello) {
  ByteWriter out;
  out.put(hello.protocol);
  out.put_string(hello.version);
  out.put_string(hello.error);
  out.put_string(hello.sandbox);
  return out.take();
}

Result<Hello> decode_hello(std::string_view bytes, std::uint32_t expected) {
  ByteReader in(bytes);
  Hello hello;
  hello.protocol = in.get<std::uint32_t>();
  hello.version = in.get_string();
  if (!in.ok()) {
    return malformed("greeting");
  }
  if (hello.protocol == expected) {
    hello.error = in.get_string();
    hello.sandbox = in.get_string();
    if (!whole(in)) {
      return malformed("greeting");
    }
  }
  return hello;
}

std::string encode(const ChildMessage& message) {
  ByteWriter out;
  std::visit(Encoder{out}, message);
  return out.take();
}

std::vector<std::string> pack(std::span<const ChildMessage> messages) {
  std::vector<std::string> packets;
  std::size_t count = 0;  // in the last packet
  for (const auto& message : messages) {
    auto bytes = encode(message);
    if (packets.empty() || count == max_messages_at_once || packets.back().size() + bytes.size() > max_message) {
      packets.emplace_back();
      count = 0;
    }
    packets.back() += bytes;
    ++count;
  }
  return packets;
}

Result<std::vector<ChildMessage>> unpack(std::string_view packet) {
  ByteReader in(packet);
  std::vector<ChildMessage> messages;
  bool good = true;
  do {
    messages.push_back(get_child_message(in, good));
  } while (good && in.ok() && !in.at_end() && messages.size() < max_messages_at_once);
  if (!good || !whole(in)) {
    return malformed("message of a unit");
  }
  return messages;
}

std::string encode(const Ended& ended) {
  ByteWriter out;
  out.put(ended.wait_status);
  put_flag(out, ended.timed_out);
  put_flag(out, ended.out_of_memory);
  return out.take();
}

Result<Ended> decode_ended(std::string_view bytes) {
  ByteReader in(bytes);
  bool good = true;
  Ended ended;
  ended.wait_status = in.get<std::int32_t>();
  ended.timed_out = get_flag(in, good);
  ended.out_of_memory = get_flag(in, good);
  if (!good || !whole(in)) {
    return malformed("end of a unit");
  }
  return ended;
}

}  // namespace docket::wire
