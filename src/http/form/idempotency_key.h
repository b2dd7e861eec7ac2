// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a client that did not hear the answer sends its request
// again, and no second job comes of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/sha256.h"
#include "http/form/option.h"
#include "job/idempotency.h"
#include "job/job.h"
#include "job/job_event.h"

namespace docket::http {

/// The key in a header field's value: in quotes, as the draft has it, or bare, as many send it. bad_request for an
/// empty one, for one of more than 255 characters, or with others than visible ASCII and blanks.
Result<std::string> parse_idempotency_key(std::string_view field);

/// The key's place in the store: the same for the same key of the same owner at the same location; without an owner of
/// the same client (job/turn_key.h), so that nobody gets another one's job by its key.
IdempotencyKey idempotency_key_of(std::string_view owner, const OwnerKey& client, std::string_view location,
                                  std::string_view key);

/// What tells one request's content from another's: options as they were sent (but no password: what stands in the
/// store tells nothing of it), fields, and files by name, size and SHA-256.
Sha256 content_digest(const RawOptions& options, std::string_view fields, std::span<const FileStatus> files);

}  // namespace docket::http
