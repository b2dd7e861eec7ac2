#include "job/codec/codec.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "job/codec/section_bytes.h"
#include "job/codec/work_codec.h"

namespace docket {
namespace {

// What older versions can hold is written as they do: workers of before and after an upgrade share a store.
constexpr std::uint16_t job_version = 7;      // of commands with settings
constexpr std::uint16_t job_with_abort = 6;   // that may be aborted
constexpr std::uint16_t job_with_origin = 4;  // of documents
constexpr std::uint16_t job_with_sameness = 3;
constexpr std::uint16_t oldest_job_version = 1;
constexpr std::uint16_t unit_version = 1;
// Of pages and outputs; again the oldest one that will do.
constexpr std::uint16_t with_bytes = 4;
constexpr std::uint16_t with_names = 3;
constexpr std::uint16_t without_names = 2;
constexpr std::uint16_t without_sums = 1;

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
  std::uint32_t failures;
  std::uint32_t setbacks;
  std::uint32_t not_before_s;  // 0 in the first stores
};
static_assert(sizeof(StoredUnit) == 56);

// Error codes that a later version appended are let through: word() has "unknown" for them, and a job that can be
// shown is worth more than one that cannot.

void put_error(ByteWriter& out, ErrorCode code, std::string_view detail) {
  out.put(static_cast<std::uint16_t>(code));
  out.put_string(detail);
}

tl::unexpected<Error> bad_record(std::string_view what) {
  return fail(ErrorCode::bad_record, "a stored " + std::string(what) + " is damaged or of another version");
}

void put_output_file(ByteWriter& out, const OutputFile& output_file) {
  out.put(static_cast<std::uint8_t>(output_file.pages));
  out.put(output_file.seq);
  out.put(output_file.attempt);
}

/// False if what stands there names no output file.
bool get_output_file(ByteReader& in, OutputFile& output_file) noexcept {
  const auto pages = in.get<std::uint8_t>();
  output_file.pages = pages == 1;
  output_file.seq = in.get<std::uint64_t>();
  output_file.attempt = in.get<std::uint32_t>();
  return pages <= 1;
}

std::uint16_t version_for(const Outputs& outputs) noexcept {
  if (outputs.bytes) {
    return with_bytes;
  }
  const auto has_name = [](const Section& section) { return !section.name.empty(); };
  return std::ranges::any_of(outputs.sections, has_name) ? with_names : without_names;
}

/// Nothing for an unknown version.
std::optional<SectionParts> parts_of(std::uint16_t version) noexcept {
  switch (version) {
    case without_sums:
      return SectionParts::place;
    case without_names:
      return SectionParts::sum;
    case with_names:
    case with_bytes:
      return SectionParts::name;
    default:
      return std::nullopt;
  }
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
  put_output_file(out, outputs.output_file);
  put_sections(out, outputs.sections, *parts_of(version_for(outputs)));
  if (outputs.bytes) {
    out.put_string(*outputs.bytes);
  }
}

/// Outputs in a record of this version; false if they are none.
bool get_outputs(ByteReader& in, Outputs& outputs, std::uint16_t version) {
  const auto parts = parts_of(version);
  if (!parts || !get_output_file(in, outputs.output_file) || !get_sections(in, outputs.sections, *parts)) {
    return false;
  }
  if (version != with_bytes) {
    return true;
  }
  const auto& bytes = outputs.bytes.emplace(in.get_string());
  return std::ranges::all_of(outputs.sections, [&](const Section& section) {
    return section.offset <= bytes.size() && section.length <= bytes.size() - section.offset;
  });
}

}  // namespace

// ---- JobRecord

std::string encode(const JobRecord& record) {
  ByteWriter out;
  const bool has_kind = record.abort_unread || kind_of(record.work) != WorkKind::document;
  const auto* command = std::get_if<CommandWork>(&record.work);
  const bool has_settings = command != nullptr && !command->settings.empty();
  out.put(has_settings          ? job_version
          : record.abort_unread ? job_with_abort
          : has_kind            ? job_with_kind
                                : job_with_origin);
  out.put(record.pool);
  out.put(record.priority);
  out.put_raw(record.id.key());
  out.put_string(record.owner);
  if (has_kind) {
    out.put(kind_of(record.work));
  }
  put_work(out, record.work);
  const auto& limits = record.limits;
  out.put(limits.max_pages);
  out.put(limits.max_pixels);
  out.put(limits.memory);
  out.put(limits.cpu_seconds);
  out.put(limits.unit_ms);
  out.put(limits.attempts);
  out.put(record.expire_ms);
  out.put(static_cast<std::uint8_t>(record.keep_input ? 1 : 0));
  out.put(static_cast<std::uint8_t>(record.fingerprint ? 1 : 0));
  if (record.fingerprint) {
    out.put(*record.fingerprint);
  }
  put_origin(out, record.origin);
  if (record.abort_unread || has_settings) {
    out.put(static_cast<std::uint8_t>(record.abort_unread ? 1 : 0));
  }
  if (has_settings) {
    out.put_string(command->settings);
  }
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
  const bool has_work = get_work(in, record.work, version);
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
    record.fingerprint = in.get<Sha256>();
  }
  if (version >= job_with_origin) {
    get_origin(in, record.origin);
  }
  const auto abort_unread = version >= job_with_abort ? in.get<std::uint8_t>() : std::uint8_t{0};
  if (auto* command = std::get_if<CommandWork>(&record.work); command != nullptr && version >= job_version) {
    command->settings = in.get_string();
  }
  record.keep_input = keep_input != 0;
  record.abort_unread = abort_unread != 0;
  if (!in.ok() || !in.at_end() || !has_work || keep_input > 1 || has_sameness > 1 || abort_unread > 1) {
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
                    .failures = unit.failures,
                    .setbacks = unit.setbacks,
                    .not_before_s = unit.not_before_s};
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
  if (stored.version != unit_version || stored.kind > static_cast<std::uint8_t>(UnitKind::run)) {
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
            .failures = stored.failures,
            .setbacks = stored.setbacks,
            .not_before_s = stored.not_before_s};
  std::memcpy(unit.job.bytes.data(), stored.job, sizeof stored.job);
  return unit;
}

// ---- PageRecord

std::string encode(const PageRecord& page) {
  ByteWriter out;
  out.put(version_for(page.outputs));
  out.put(page.file);
  out.put(page.page);
  put_error(out, page.error, page.error_detail);
  put_outputs(out, page.outputs);
  return out.take();
}

Result<PageRecord> decode_page(std::string_view bytes) {
  ByteReader in(bytes);
  const auto version = in.get<std::uint16_t>();
  PageRecord page;
  page.file = in.get<std::uint16_t>();
  page.page = in.get<std::uint32_t>();
  page.error = static_cast<ErrorCode>(in.get<std::uint16_t>());
  page.error_detail = in.get_string();
  if (!get_outputs(in, page.outputs, version) || !in.ok() || !in.at_end()) {
    return bad_record("page");
  }
  return page;
}

// ---- Outputs

std::string encode(const Outputs& outputs) {
  ByteWriter out;
  out.put(version_for(outputs));
  put_outputs(out, outputs);
  return out.take();
}

Result<Outputs> decode_outputs(std::string_view bytes) {
  ByteReader in(bytes);
  Outputs outputs;
  const auto version = in.get<std::uint16_t>();
  if (!get_outputs(in, outputs, version) || !in.ok() || !in.at_end()) {
    return bad_record("list of outputs");
  }
  return outputs;
}

}  // namespace docket
