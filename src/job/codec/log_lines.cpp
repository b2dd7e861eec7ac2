#include "job/codec/log_lines.h"

#include "base/bytes.h"

namespace docket {

std::string encode(const JobLines& lines) {
  ByteWriter out;
  out.put(lines.owner);
  out.put_raw(lines.job.key());
  out.put(lines.left_out);
  out.put(static_cast<std::uint32_t>(lines.lines.size()));
  for (const auto& line : lines.lines) {
    out.put_string(line);
  }
  return out.take();
}

Result<JobLines> decode_lines(std::string_view bytes) {
  ByteReader in(bytes);
  JobLines lines;
  lines.owner = in.get<OwnerKey>();
  const auto job = JobId::from_key(in.get_raw(sizeof(JobId)));
  lines.left_out = in.get<std::uint32_t>();
  const auto count = in.get<std::uint32_t>();
  const bool can_be = count <= in.remaining() / sizeof(std::uint32_t);
  for (std::uint32_t i = 0; can_be && in.ok() && i < count; ++i) {
    lines.lines.emplace_back(in.get_string());
  }
  if (!job || !can_be || !in.ok() || !in.at_end()) {
    return fail(ErrorCode::bad_record, "these are no lines of a job");
  }
  lines.job = *job;
  return lines;
}

}  // namespace docket
