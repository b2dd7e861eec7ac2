#include "job/codec/work_codec.h"

#include <string>
#include <variant>
#include <vector>

namespace docket {
namespace {

void put_strings(ByteWriter& out, const std::vector<std::string>& texts) {
  out.put(static_cast<std::uint32_t>(texts.size()));
  for (const auto& text : texts) {
    out.put_string(text);
  }
}

/// False for a count that cannot be true.
bool get_strings(ByteReader& in, std::vector<std::string>& texts) {
  const auto count = in.get<std::uint32_t>();
  if (in.remaining() / sizeof(std::uint32_t) < count) {
    return false;
  }
  texts.resize(count);
  for (auto& text : texts) {
    text = in.get_string();
  }
  return true;
}

void put_work(ByteWriter& out, const DocumentWork& work) {
  const auto& options = work.options;
  out.put(options.formats.bits);
  out.put_string(options.languages);
  out.put(static_cast<std::uint8_t>(options.ocr));
  out.put(options.dpi);
  out.put_string(options.page_separator);
  out.put_string(options.pages.text());
}

/// `version` is the record's.
bool get_work(ByteReader& in, DocumentWork& work, std::uint16_t version) {
  auto& options = work.options;
  options.formats.bits = in.get<std::uint32_t>();
  options.languages = in.get_string();
  const auto ocr = in.get<std::uint8_t>();
  options.ocr = static_cast<OcrMode>(ocr);
  options.dpi = in.get<std::uint16_t>();
  options.page_separator = in.get_string();
  const auto pages = PageSet::parse(version >= job_with_retention ? in.get_string() : std::string());
  options.pages = pages.value_or(PageSet());
  return pages && ocr <= static_cast<std::uint8_t>(OcrMode::off);
}

void put_work(ByteWriter& out, const CommandWork& work) {
  put_strings(out, work.arguments);
  put_strings(out, work.readable);
  out.put(work.log_size);
  out.put(work.output_size);
  out.put(work.workers);
  out.put(static_cast<std::uint8_t>(work.per_file ? 1 : 0));
  out.put(static_cast<std::uint8_t>(work.network ? 1 : 0));
}

bool get_work(ByteReader& in, CommandWork& work) {
  if (!get_strings(in, work.arguments) || !get_strings(in, work.readable)) {
    return false;
  }
  work.log_size = in.get<std::uint64_t>();
  work.output_size = in.get<std::uint64_t>();
  work.workers = in.get<std::uint32_t>();
  const auto per_file = in.get<std::uint8_t>();
  const auto network = in.get<std::uint8_t>();
  work.per_file = per_file != 0;
  work.network = network != 0;
  return per_file <= 1 && network <= 1;
}

void put_work(ByteWriter& out, const UpstreamWork& work) {
  out.put_string(work.method);
  out.put_string(work.url);
  out.put_string(work.socket);
  out.put(work.response_size);
  out.put(work.failing);
}

bool get_work(ByteReader& in, UpstreamWork& work) {
  work.method = in.get_string();
  work.url = in.get_string();
  work.socket = in.get_string();
  work.response_size = in.get<std::uint64_t>();
  work.failing = in.get<std::uint16_t>();
  return true;
}

}  // namespace

void put_work(ByteWriter& out, const Work& work) {
  std::visit([&out](const auto& payload) { put_work(out, payload); }, work);
}

bool get_work(ByteReader& in, Work& work, std::uint16_t version) {
  const auto kind = version >= job_with_kind ? in.get<WorkKind>() : WorkKind::document;
  switch (kind) {
    case WorkKind::document:
      return get_work(in, work.emplace<DocumentWork>(), version);
    case WorkKind::command:
      return get_work(in, work.emplace<CommandWork>());
    case WorkKind::upstream:
      return get_work(in, work.emplace<UpstreamWork>());
  }
  return false;
}

}  // namespace docket
