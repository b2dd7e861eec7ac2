// The one vocabulary of errors: a stable word for machines, a detail for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace docket {

/// Why something could not be done. The words (see word()) are part of the HTTP contract; the numbers are part of
/// the stored records, so entries are only ever appended.
enum class ErrorCode : std::uint16_t {
  none = 0,
  // A job's own end.
  encrypted = 1,
  wrong_password = 2,
  corrupt = 3,
  no_pages = 4,
  too_many_pages = 5,
  too_many_pixels = 6,
  timeout = 7,
  out_of_memory = 8,
  crashed = 9,
  cancelled = 10,
  command_failed = 11,
  upstream_failed = 12,
  unsupported_type = 13,
  // A request's end.
  unauthorized = 40,
  forbidden_option = 41,
  cross_origin = 42,
  forbidden = 43,
  not_found = 44,
  method_not_allowed = 45,
  bad_multipart = 46,
  bad_option = 47,
  no_file = 48,
  empty_file = 49,
  key_in_use = 50,
  too_large = 51,
  too_many_files = 52,
  too_many_fields = 53,
  key_reused = 54,
  queue_full = 55,
  store_full = 56,
  store_unavailable = 57,
  not_acceptable = 58,
  bad_request = 59,
  owner_queue_full = 60,  ///< its word is queue_full, too: this owner's share of the queue
  precondition_failed = 61,
  no_such_result = 62,  ///< its word is not_found, too: of a job that the caller may see
  precondition_required = 63,
  bad_settings = 64,
  // Inside the house only; these never reach a client.
  lease_lost = 80,      ///< a commit by a holder that no longer holds the unit
  engine_lost = 81,     ///< the fork server ended or does not answer; says nothing about the document
  io = 82,              ///< a system call failed; detail has the call and errno's text
  bad_record = 83,      ///< stored bytes that this version cannot read
  illegal_change = 84,  ///< a change that the job's state or its unit does not allow; a fault of the caller
};

/// The stable word of `code` as it stands in problem+json and status bodies; "none" for none.
std::string_view to_string(ErrorCode code) noexcept;

/// The code of a stable word; nothing for a word that is not one.
std::optional<ErrorCode> error_code_of(std::string_view word) noexcept;

/// An error as a value. `detail` is a sentence for people; it names the limit passed and the directive that sets it.
struct Error {
  ErrorCode code = ErrorCode::none;
  std::string detail;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for `return fail(code, "…")`.
inline tl::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

/// Shorthand for `return pass_on(result)` where `result` is an error that the caller has in another type.
template <class T>
tl::unexpected<Error> pass_on(const Result<T>& result) {
  return tl::unexpected<Error>(result.error());
}

/// An `io` error that names the failed call and the text of `error_number` (errno).
tl::unexpected<Error> fail_errno(std::string_view call, int error_number);

/// The same for a call that writes below docket_store: store_full where the disk, or our quota of it, is.
tl::unexpected<Error> fail_writing(std::string_view call, int error_number);

/// Whether it may go well another time: the store or the machine lacks something for the moment.
inline bool is_transient(ErrorCode code) noexcept {
  return code == ErrorCode::store_full || code == ErrorCode::store_unavailable || code == ErrorCode::io;
}

}  // namespace docket
