#include "protocol/wire.h"

#include <type_traits>
#include <utility>

#include "base/bytes.h"

namespace docket::wire {
namespace {

// The first byte of a child's message. Numbers are the protocol's.
enum class Kind : std::uint8_t { probed = 1, page_done = 2, completed = 3, range_done = 4, refused = 5 };

constexpr std::uint8_t has_output = 1;
constexpr std::uint8_t has_pages = 2;
constexpr std::uint8_t no_format = 0xFF;

tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::bad_record, "malformed " + std::string(what));
}

bool whole(const ByteReader& in) {
  return in.ok() && in.at_end();
}

template <class Enum>
constexpr auto number(Enum value) {
  return static_cast<std::underlying_type_t<Enum>>(value);
}

template <class Enum>
bool within(Enum value, Enum last) {
  return number(value) <= number(last);
}

/// A number of elements of at least `least` bytes each that can still follow; spoils the decoding otherwise.
std::uint32_t get_count(ByteReader& in, std::size_t least, bool& good) {
  const auto count = in.get<std::uint32_t>();
  if (count > in.remaining() / least) {
    good = false;
    return 0;
  }
  return count;
}

bool get_flag(ByteReader& in, bool& good) {
  const auto value = in.get<std::uint8_t>();
  good = good && value <= 1;
  return value == 1;
}

void put_flag(ByteWriter& out, bool flag) {
  out.put(static_cast<std::uint8_t>(flag ? 1 : 0));
}

void put(ByteWriter& out, const Limits& limits) {
  out.put(limits.max_pages);
  out.put(limits.max_pixels);
  out.put(limits.memory);
  out.put(limits.cpu_seconds);
  out.put(limits.unit_ms);
  out.put(limits.attempts);
}

Limits get_limits(ByteReader& in) {
  Limits limits;
  limits.max_pages = in.get<std::uint32_t>();
  limits.max_pixels = in.get<std::uint64_t>();
  limits.memory = in.get<std::uint64_t>();
  limits.cpu_seconds = in.get<std::uint32_t>();
  limits.unit_ms = in.get<std::uint32_t>();
  limits.attempts = in.get<std::uint32_t>();
  return limits;
}

/// Reads the head, with what fills it up, and says whether it is one.
bool get_head(ByteReader& in, RequestHead& head) {
  const auto before = in.remaining();
  const auto version = in.get<std::uint32_t>();
  head.kind = in.get<UnitKind>();
  head.ocr = in.get<OcrMode>();
  head.languages = in.get_string();
  head.limits = get_limits(in);
  const auto used = before - in.remaining();
  const auto filling = in.get_raw(used < max_head ? max_head - used : 0);
  return in.ok() && filling.find_first_not_of('\0') == std::string_view::npos && version == protocol_version &&
         within(head.kind, UnitKind::assemble) && within(head.ocr, OcrMode::off) &&
         head.languages.size() <= max_languages;
}

constexpr std::size_t section_size = 1 + 1 + 8 + 8;

void put(ByteWriter& out, const std::vector<Section>& sections) {
  out.put(static_cast<std::uint32_t>(sections.size()));
  for (const auto& section : sections) {
    out.put(section.format ? number(*section.format) : no_format);
    out.put(section.form);
    out.put(section.offset);
    out.put(section.length);
  }
}

std::vector<Section> get_sections(ByteReader& in, bool& good) {
  std::vector<Section> sections(get_count(in, section_size, good));
  for (auto& section : sections) {
    const auto format = in.get<std::uint8_t>();
    if (format != no_format) {
      good = good && format < all_formats.size();
      section.format = static_cast<Format>(format);
    }
    section.form = in.get<Form>();
    good = good && within(section.form, Form::wrapped);
    section.offset = in.get<std::uint64_t>();
    section.length = in.get<std::uint64_t>();
  }
  return sections;
}

void put_error(ByteWriter& out, ErrorCode code, std::string_view detail) {
  out.put(code);
  out.put_string(detail.substr(0, max_detail));
}

std::string get_detail(ByteReader& in, bool& good) {
  const auto detail = in.get_string();
  good = good && detail.size() <= max_detail;
  return std::string(detail);
}

/// Error codes are sent as numbers; one that this version has no word for is no code.
ErrorCode get_code(ByteReader& in, bool& good) {
  const auto code = in.get<ErrorCode>();
  good = good && error_code_of(word(code)) == code;
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
    put(out, done.page.outputs.sections);
  }
  void operator()(const Completed& completed) const {
    out.put(Kind::completed);
    put(out, completed.sections);
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

Result<Hello> decode_hello(std::string_view bytes) {
  ByteReader in(bytes);
  Hello hello;
  hello.protocol = in.get<std::uint32_t>();
  hello.version = in.get_string();
  if (!in.ok()) {
    return malformed("greeting");
  }
  if (hello.protocol == protocol_version) {
    hello.error = in.get_string();
    hello.sandbox = in.get_string();
    if (!whole(in)) {
      return malformed("greeting");
    }
  }
  return hello;
}

std::string encode(const UnitRequest& request) {
  ByteWriter out;
  // The head, see RequestHead, filled up to max_head: so what follows lies beyond what the server reads.
  out.put(protocol_version);
  out.put(request.kind);
  out.put(request.options.ocr);
  out.put_string(request.options.languages);
  put(out, request.limits);
  out.put_raw(std::string(out.size() < max_head ? max_head - out.size() : 0, '\0'));
  // What only the child reads.
  put_flag(out, request.may_finish);
  put_flag(out, request.may_do_pages);
  out.put_string(request.job_id);
  out.put(static_cast<std::uint32_t>(request.filenames.size()));
  for (const auto& filename : request.filenames) {
    out.put_string(filename);
  }
  out.put(request.type);
  out.put(request.file);
  out.put(request.first_page);
  out.put(request.last_page);
  out.put(request.options.formats.bits);
  out.put(request.options.dpi);
  out.put_string(request.options.page_separator);
  out.put_string(request.options.pages.text());
  out.put_string(request.password);
  out.put(static_cast<std::uint32_t>(request.index.size()));
  for (const auto& entry : request.index) {
    out.put(entry.file);
    out.put(entry.page);
    out.put(entry.offset);
    out.put(entry.length);
  }
  out.put(static_cast<std::uint32_t>(request.types.size()));
  for (const auto type : request.types) {
    out.put(type);
  }
  return out.take();
}

Result<RequestHead> decode_request_head(std::string_view first_bytes) {
  ByteReader in(first_bytes);
  RequestHead head;
  if (!get_head(in, head)) {
    return malformed("request");
  }
  return head;
}

Result<UnitRequest> decode_request(std::string_view bytes) {
  ByteReader in(bytes);
  RequestHead head;
  if (!get_head(in, head)) {
    return malformed("request");
  }
  UnitRequest request;
  request.kind = head.kind;
  request.options.ocr = head.ocr;
  request.options.languages = std::move(head.languages);
  request.limits = head.limits;

  bool good = true;
  request.may_finish = get_flag(in, good);
  request.may_do_pages = get_flag(in, good);
  request.job_id = in.get_string();
  request.filenames.resize(get_count(in, sizeof(std::uint32_t), good));
  for (auto& filename : request.filenames) {
    filename = in.get_string();
  }
  request.type = in.get<MediaType>();
  good = good && number(request.type) < all_media_types.size();
  request.file = in.get<std::uint16_t>();
  request.first_page = in.get<std::uint32_t>();
  request.last_page = in.get<std::uint32_t>();
  request.options.formats.bits = in.get<std::uint32_t>();
  request.options.dpi = in.get<std::uint16_t>();
  request.options.page_separator = in.get_string();
  const auto pages = PageSet::parse(in.get_string());
  good = good && pages.has_value();
  request.options.pages = pages.value_or(PageSet());
  request.password = in.get_string();
  constexpr std::size_t index_size = 2 + 4 + 8 + 8;
  request.index.resize(get_count(in, index_size, good));
  for (auto& entry : request.index) {
    entry.file = in.get<std::uint16_t>();
    entry.page = in.get<std::uint32_t>();
    entry.offset = in.get<std::uint64_t>();
    entry.length = in.get<std::uint64_t>();
  }
  request.types.resize(get_count(in, sizeof(MediaType), good));
  for (auto& type : request.types) {
    type = in.get<MediaType>();
    good = good && number(type) < all_media_types.size();
  }
  if (!good || !whole(in)) {
    return malformed("request");
  }
  return request;
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
  out.put(ended.peak_memory);
  return out.take();
}

Result<Ended> decode_ended(std::string_view bytes) {
  ByteReader in(bytes);
  bool good = true;
  Ended ended;
  ended.wait_status = in.get<std::int32_t>();
  ended.timed_out = get_flag(in, good);
  ended.out_of_memory = get_flag(in, good);
  ended.peak_memory = in.get<std::uint64_t>();
  if (!good || !whole(in)) {
    return malformed("end of a unit");
  }
  return ended;
}

}  // namespace docket::wire
