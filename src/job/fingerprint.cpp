#include "job/fingerprint.h"

#include <string>

#include "base/bytes.h"
#include "base/sha256.h"
#include "base/version.h"
#include "document/format.h"
#include "job/codec/codec.h"

namespace docket {

Sha256 fingerprint_of(const JobRecord& record, std::span<const FileStatus> files) {
  JobRecord results;  // as far as the record decides them
  results.owner = record.owner;
  results.work = record.work;
  results.limits.max_pages = record.limits.max_pages;
  results.limits.max_pixels = record.limits.max_pixels;

  ByteWriter bytes;
  bytes.put_string(version);
  bytes.put_string(encode(results));
  const bool has_names = files.size() > 1 || names_files(record.options().formats);
  for (const auto& file : files) {
    bytes.put_string(has_names ? file.filename : std::string());
    bytes.put(file.size);
    bytes.put(file.sha256);
  }
  return sha256(bytes.take());
}

}  // namespace docket
