#include "base/error.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace docket {
namespace {

constexpr std::array<std::pair<ErrorCode, std::string_view>, 44> words{{
    {ErrorCode::none, "none"},
    {ErrorCode::encrypted, "encrypted"},
    {ErrorCode::wrong_password, "wrong_password"},
    {ErrorCode::corrupt, "corrupt"},
    {ErrorCode::no_pages, "no_pages"},
    {ErrorCode::too_many_pages, "too_many_pages"},
    {ErrorCode::too_many_pixels, "too_many_pixels"},
    {ErrorCode::timeout, "timeout"},
    {ErrorCode::out_of_memory, "out_of_memory"},
    {ErrorCode::crashed, "crashed"},
    {ErrorCode::cancelled, "cancelled"},
    {ErrorCode::command_failed, "command_failed"},
    {ErrorCode::upstream_failed, "upstream_failed"},
    {ErrorCode::unsupported_type, "unsupported_type"},
    {ErrorCode::unauthorized, "unauthorized"},
    {ErrorCode::forbidden_option, "forbidden_option"},
    {ErrorCode::cross_origin, "cross_origin"},
    {ErrorCode::forbidden, "forbidden"},
    {ErrorCode::not_found, "not_found"},
    {ErrorCode::method_not_allowed, "method_not_allowed"},
    {ErrorCode::bad_multipart, "bad_multipart"},
    {ErrorCode::bad_option, "bad_option"},
    {ErrorCode::no_file, "no_file"},
    {ErrorCode::empty_file, "empty_file"},
    {ErrorCode::key_in_use, "key_in_use"},
    {ErrorCode::too_large, "too_large"},
    {ErrorCode::too_many_files, "too_many_files"},
    {ErrorCode::too_many_fields, "too_many_fields"},
    {ErrorCode::key_reused, "key_reused"},
    {ErrorCode::queue_full, "queue_full"},
    {ErrorCode::store_full, "store_full"},
    {ErrorCode::store_unavailable, "store_unavailable"},
    {ErrorCode::not_acceptable, "not_acceptable"},
    {ErrorCode::bad_request, "bad_request"},
    {ErrorCode::owner_queue_full, "queue_full"},
    {ErrorCode::precondition_failed, "precondition_failed"},
    {ErrorCode::no_such_result, "not_found"},
    {ErrorCode::precondition_required, "precondition_required"},
    {ErrorCode::bad_settings, "bad_settings"},
    {ErrorCode::lease_lost, "lease_lost"},
    {ErrorCode::engine_lost, "engine_lost"},
    {ErrorCode::io, "io"},
    {ErrorCode::bad_record, "bad_record"},
    {ErrorCode::illegal_change, "illegal_change"},
}};

}  // namespace

std::string_view to_string(ErrorCode code) noexcept {
  for (const auto& [known, text] : words) {
    if (known == code) {
      return text;
    }
  }
  return "unknown";
}

std::optional<ErrorCode> error_code_of(std::string_view word) noexcept {
  for (const auto& [code, text] : words) {
    if (text == word) {
      return code;
    }
  }
  return std::nullopt;
}

tl::unexpected<Error> fail_errno(std::string_view call, int error_number) {
  return fail(ErrorCode::io, std::string(call) + ": " + std::generic_category().message(error_number));
}

tl::unexpected<Error> fail_writing(std::string_view call, int error_number) {
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return fail(ErrorCode::store_full, "The disk of docket_store is full.");
  }
  return fail_errno(call, error_number);
}

}  // namespace docket
