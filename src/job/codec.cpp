#include "job/codec.h"

#include <cstring>

#include "base/bytes.h"

namespace docket {
namespace {

constexpr std::uint16_t job_version = 4;
constexpr std::uint16_t job_with_sameness = 3;
constexpr std::uint16_t job_with_retention = 2;  // an older one: `pages`, `expire_ms` and `keep_input` are new in it
constexpr std::uint16_t oldest_job_version = 1;
constexpr std::uint16_t unit_version = 1;
constexpr std::uint16_t page_version = 2;
constexpr std::uint16_t outputs_version = 2;
constexpr std::uint16_t without_sums = 1;  // of both

struct StoredUnit {
  std::uint16_t version;
  std::uint8_t kind;
  std::uint8_t pool;
  std::uint8_t priority;
  std::uint8_t reserved;
  std::uint16_t file;
  std::uint64_t seq;
  std::uint8_t job[16];
  std::uint32_t first_page;
  std::uint32_t last_page;
  std::uint32_t attempt;
  std::uint32_t bad_ends;
  std::uint32_t owners_lost;
  std::uint32_t reserved_too;
};
static_assert(sizeof(StoredUnit) == 56);

constexpr std::uint8_t no_format = 0xFF;

bool is_format(std::uint8_t value) noexcept {
  return value < all_formats.size() || value == no_format;
}

// Error codes that a later version appended are let through: word() has "unknown" for them, and a job that can be
// shown is worth more than one that cannot.

void put_error(ByteWriter& out, ErrorCode code, std::string_view detail) {
  out.put(static_cast<std::uint16_t>(code));
  out.put_string(detail);
}

tl::unexpected<Error> bad_record(std::string_view what) {
  return fail(ErrorCode::bad_record, "a stored " + std::string(what) + " is damaged or of another version");
}

void put_container(ByteWriter& out, const Container& container) {
  out.put(static_cast<std::uint8_t>(container.pages));
  out.put(container.seq);
  out.put(container.attempt);
}

/// False if what stands there is no container.
bool get_container(ByteReader& in, Container& container) noexcept {
  const auto pages = in.get<std::uint8_t>();
  container.pages = pages == 1;
  container.seq = in.get<std::uint64_t>();
  container.attempt = in.get<std::uint32_t>();
  return pages <= 1;
}

void put_sections(ByteWriter& out, const std::vector<Section>& sections) {
  out.put(static_cast<std::uint32_t>(sections.size()));
  for (const auto& section : sections) {
    out.put(section.format ? static_cast<std::uint8_t>(*section.format) : no_format);
    out.put(static_cast<std::uint8_t>(section.form));
    out.put(section.offset);
    out.put(section.length);
    out.put(section.sum);
  }
}

bool get_sections(ByteReader& in, std::vector<Section>& sections, bool sums) {
  const std::size_t stored_size = 1 + 1 + 8 + 8 + (sums ? 8 : 0);
  const auto count = in.get<std::uint32_t>();
  if (in.remaining() / stored_size < count) {
    return false;  // before memory is taken for what cannot be there
  }
  sections.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto format = in.get<std::uint8_t>();
    const auto form = in.get<std::uint8_t>();
    const auto offset = in.get<std::uint64_t>();
    const auto length = in.get<std::uint64_t>();
    const auto sum = sums ? in.get<std::uint64_t>() : 0;
    if (!is_format(format) || form > static_cast<std::uint8_t>(Form::wrapped)) {
      return false;
    }
    sections.push_back({.format = format == no_format ? std::nullopt : std::optional(static_cast<Format>(format)),
                        .form = static_cast<Form>(form),
                        .offset = offset,
                        .length = length,
                        .sum = sum});
  }
  return true;
}

void put_origin(ByteWriter& out, const Origin& origin) {
  for (const auto* text : {&origin.log, &origin.client, &origin.client_name, &origin.host, &origin.request_id,
                           &origin.traceparent, &origin.tracestate}) {
    out.put_string(*text);
  }
}

void get_origin(ByteReader& in, Origin& origin) {
  for (auto* text : {&origin.log, &origin.client, &origin.client_name, &origin.host, &origin.request_id,
                     &origin.traceparent, &origin.tracestate}) {
    *text = in.get_string();
  }
}

void put_outputs(ByteWriter& out, const Outputs& outputs) {
  put_container(out, outputs.container);
  put_sections(out, outputs.sections);
}

bool get_outputs(ByteReader& in, Outputs& outputs, bool sums) {
  return get_container(in, outputs.container) && get_sections(in, outputs.sections, sums);
}

}  // namespace

// ---- JobRecord

std::string encode(const JobRecord& record) {
  ByteWriter out;
  out.put(job_version);
  out.put(record.pool);
  out.put(record.priority);
  out.put_raw(record.id.key());
  out.put_string(record.owner);
  const auto& options = record.options;
  out.put(options.formats.bits);
  out.put_string(options.languages);
  out.put(static_cast<std::uint8_t>(options.ocr));
  out.put(options.dpi);
  out.put_string(options.page_separator);
  out.put_string(options.pages.text());
  const auto& limits = record.limits;
  out.put(limits.max_pages);
  out.put(limits.max_pixels);
  out.put(limits.memory);
  out.put(limits.cpu_seconds);
  out.put(limits.unit_ms);
  out.put(limits.attempts);
  out.put(record.expire_ms);
  out.put(static_cast<std::uint8_t>(record.keep_input ? 1 : 0));
  out.put(static_cast<std::uint8_t>(record.sameness ? 1 : 0));
  if (record.sameness) {
    out.put(*record.sameness);
  }
  put_origin(out, record.origin);
  return out.take();
}

Result<JobRecord> decode_job(std::string_view bytes) {
  ByteReader in(bytes);
  const auto version = in.get<std::uint16_t>();
  if (version < oldest_job_version || version > job_version) {
    return bad_record("job");
  }
  JobRecord record;
  record.pool = in.get<std::uint8_t>();
  record.priority = in.get<std::uint8_t>();
  record.id = JobId::from_key(in.get_raw(sizeof(JobId))).value_or(JobId{});
  record.owner = in.get_string();
  auto& options = record.options;
  options.formats.bits = in.get<std::uint32_t>();
  options.languages = in.get_string();
  const auto ocr = in.get<std::uint8_t>();
  options.ocr = static_cast<OcrMode>(ocr);
  options.dpi = in.get<std::uint16_t>();
  options.page_separator = in.get_string();
  const auto pages = PageSet::parse(version >= job_with_retention ? in.get_string() : std::string());
  options.pages = pages.value_or(PageSet());
  auto& limits = record.limits;
  limits.max_pages = in.get<std::uint32_t>();
  limits.max_pixels = in.get<std::uint64_t>();
  limits.memory = in.get<std::uint64_t>();
  limits.cpu_seconds = in.get<std::uint32_t>();
  limits.unit_ms = in.get<std::uint32_t>();
  limits.attempts = in.get<std::uint32_t>();
  std::uint8_t keep_input = 1;
  if (version >= job_with_retention) {
    record.expire_ms = in.get<std::uint64_t>();
    keep_input = in.get<std::uint8_t>();
  }
  const auto has_sameness = version >= job_with_sameness ? in.get<std::uint8_t>() : std::uint8_t{0};
  if (has_sameness != 0) {
    record.sameness = in.get<Sha256>();
  }
  if (version == job_version) {
    get_origin(in, record.origin);
  }
  record.keep_input = keep_input != 0;
  if (!in.ok() || !in.at_end() || !pages || keep_input > 1 || has_sameness > 1 ||
      ocr > static_cast<std::uint8_t>(OcrMode::off)) {
    return bad_record("job");
  }
  return record;
}

// ---- Unit

std::string encode(const Unit& unit) {
  StoredUnit stored{.version = unit_version,
                    .kind = static_cast<std::uint8_t>(unit.kind),
                    .pool = unit.pool,
                    .priority = unit.priority,
                    .reserved = 0,
                    .file = unit.file,
                    .seq = unit.seq,
                    .job = {},
                    .first_page = unit.first_page,
                    .last_page = unit.last_page,
                    .attempt = unit.attempt,
                    .bad_ends = unit.bad_ends,
                    .owners_lost = unit.owners_lost,
                    .reserved_too = 0};
  std::memcpy(stored.job, unit.job.bytes.data(), sizeof stored.job);
  ByteWriter out;
  out.put(stored);
  return out.take();
}

Result<Unit> decode_unit(std::string_view bytes) {
  if (bytes.size() != sizeof(StoredUnit)) {
    return bad_record("unit");
  }
  const auto stored = ByteReader(bytes).get<StoredUnit>();
  if (stored.version != unit_version || stored.kind > static_cast<std::uint8_t>(UnitKind::assemble)) {
    return bad_record("unit");
  }
  Unit unit{.seq = stored.seq,
            .job = {},
            .kind = static_cast<UnitKind>(stored.kind),
            .pool = stored.pool,
            .priority = stored.priority,
            .file = stored.file,
            .first_page = stored.first_page,
            .last_page = stored.last_page,
            .attempt = stored.attempt,
            .bad_ends = stored.bad_ends,
            .owners_lost = stored.owners_lost};
  std::memcpy(unit.job.bytes.data(), stored.job, sizeof stored.job);
  return unit;
}

// ---- PageRecord

std::string encode(const PageRecord& page) {
  ByteWriter out;
  out.put(page_version);
  out.put(page.file);
  out.put(page.page);
  put_error(out, page.error, page.error_detail);
  put_outputs(out, page.outputs);
  return out.take();
}

Result<PageRecord> decode_page(std::string_view bytes) {
  ByteReader in(bytes);
  const auto version = in.get<std::uint16_t>();
  if (version != page_version && version != without_sums) {
    return bad_record("page");
  }
  PageRecord page;
  page.file = in.get<std::uint16_t>();
  page.page = in.get<std::uint32_t>();
  page.error = static_cast<ErrorCode>(in.get<std::uint16_t>());
  page.error_detail = in.get_string();
  if (!get_outputs(in, page.outputs, version != without_sums) || !in.ok() || !in.at_end()) {
    return bad_record("page");
  }
  return page;
}

// ---- Outputs

std::string encode(const Outputs& outputs) {
  ByteWriter out;
  out.put(outputs_version);
  put_outputs(out, outputs);
  return out.take();
}

Result<Outputs> decode_outputs(std::string_view bytes) {
  ByteReader in(bytes);
  Outputs outputs;
  const auto version = in.get<std::uint16_t>();
  if ((version != outputs_version && version != without_sums) || !get_outputs(in, outputs, version != without_sums) ||
      !in.ok() || !in.at_end()) {
    return bad_record("list of outputs");
  }
  return outputs;
}

}  // namespace docket
