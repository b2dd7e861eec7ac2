// The body of an answer with a result: the stored bytes, and around them what the wrapped form has of the job.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/field/route.h"
#include "job/outputs.h"

namespace docket::http {

/// A range of an output file between two texts.
struct ResultBody {
  std::string prefix;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string_view suffix{};  ///< static
  std::string etag;           ///< with its quotes
};

/// The result of `outputs` that `route` names, raw or wrapped. Nothing if it is not there.
std::optional<ResultBody> find_result(const Outputs& outputs, const Route& route, Representation representation);

/// The entity tag of a section. A committed output never changes and its unit's number is never used again: number, try
/// and place name the bytes. `suffix` stands for what is put round them.
std::string etag_of(const Outputs& outputs, const Section& section, std::string_view suffix = "");

}  // namespace docket::http
