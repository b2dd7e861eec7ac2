#include "protocol/unit_request.h"

#include <utility>

#include "protocol/wire.h"
#include "protocol/wire_bytes.h"

namespace docket::wire {
namespace {

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

}  // namespace

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
  put_flag(out, request.survey);
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
  request.survey = get_flag(in, good);
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

}  // namespace docket::wire
