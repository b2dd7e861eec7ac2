// What a path behind a docket_result prefix asks for.
#pragma once

#include <cstdint>
#include <string_view>

#include "document/format.h"
#include "document/image_name.h"
#include "job/job_id.h"

namespace docket::http {

struct Route {
  enum class What : std::uint8_t {
    not_found,  ///< unknown, or the id is not a UUIDv7 in lower case
    status,     ///< {id}, {id}/ and {id}/status
    result,     ///< {id}/{format}
    page,       ///< {id}/pages/{n}/{format}
    pages,      ///< {id}/pages
    image,      ///< {id}/images/{name}; also {id}/pages/{n}/images/{name}, where a page's Markdown looks for it
    input,      ///< {id}/input and {id}/input/{n}
    cancel,     ///< {id}/cancel
    callbacks,  ///< {id}/callbacks
    output,     ///< {id}/files/{name} and {id}/result, which has no name: what a command made
    outputs,    ///< {id}/files
    log,        ///< {id}/log
    response,   ///< {id}/response: the answer of the server that the request was passed to
    progress,   ///< {id}/progress: where that server says how far it is
  };

  What what = What::not_found;
  JobId id{};
  Format format = Format::markdown;  ///< of result and page
  std::uint32_t page = 0;            ///< of page: 1-based
  std::uint32_t file = 0;            ///< of input: 0-based, as in the status body's files
  ImageName image{};                 ///< of image
  std::string_view name{};           ///< of output: a part of the path; empty: the result

  friend bool operator==(const Route&, const Route&) = default;
};

/// `path` is what follows the location's prefix, decoded, such as "0192…/status". No allocation.
Route parse_route(std::string_view path) noexcept;

}  // namespace docket::http
