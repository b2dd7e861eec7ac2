#include "http/body/result_body.h"

#include <algorithm>
#include <utility>

namespace docket::http {
namespace {

constexpr std::string_view envelope_end = "}\n";

/// The wrapped form as far as the content, or the members of a list.
std::string envelope_begin(const Route& route) {
  std::string begin = R"({"job_id":")";
  begin += route.id.text();
  begin += R"(","status":"completed",)";
  begin += info(route.format).shape == Shape::list ? "" : R"("content":)";
  return begin;
}

const Section* find(const Outputs& outputs, Format format, Representation representation, std::uint32_t index = 0) {
  const auto found = std::find_if(outputs.sections.begin(), outputs.sections.end(), [&](const Section& section) {
    return section.format == format && section.representation == representation && index-- == 0;
  });
  return found == outputs.sections.end() ? nullptr : &*found;
}

/// Takes its envelope off a form that was kept whole: the id in it may be another job's, whose results were linked.
std::optional<ResultBody> from_whole(const Outputs& outputs, const Section& whole, std::string begin) {
  if (whole.length < begin.size() + envelope_end.size()) {
    return std::nullopt;
  }
  ResultBody body{.prefix = {},
                  .offset = whole.offset + begin.size(),
                  .length = whole.length - begin.size() - envelope_end.size(),
                  .suffix = envelope_end,
                  .etag = etag_of(outputs, whole)};
  body.prefix = std::move(begin);
  return body;
}

std::optional<ResultBody> find_wrapped(const Outputs& outputs, const Route& route) {
  auto begin = envelope_begin(route);
  if (const auto* whole = find(outputs, route.format, Representation::wrapped)) {
    return from_whole(outputs, *whole, std::move(begin));
  }
  const auto* content =
      find(outputs, route.format, route.format == Format::json ? Representation::raw : Representation::escaped);
  if (content == nullptr) {
    return std::nullopt;
  }
  auto length = content->length;
  if (const auto* documents = find(outputs, route.format, Representation::documents)) {
    if (documents->offset != content->offset + content->length) {
      return std::nullopt;
    }
    length += documents->length;
  }
  // The raw form of JSON stands at the same place.
  return ResultBody{.prefix = std::move(begin),
                    .offset = content->offset,
                    .length = length,
                    .suffix = envelope_end,
                    .etag = etag_of(outputs, *content, "w")};
}

}  // namespace

std::string etag_of(const Outputs& outputs, const Section& section, std::string_view suffix) {
  std::string etag = "\"" + std::to_string(outputs.output_file.seq) + "-" +
                     std::to_string(outputs.output_file.attempt) + "-" + std::to_string(section.offset);
  etag += suffix;
  etag += '"';
  return etag;
}

std::optional<ResultBody> find_result(const Outputs& outputs, const Route& route, Representation representation) {
  if (representation == Representation::wrapped) {
    return find_wrapped(outputs, route);
  }
  const auto* section =
      find(outputs, route.format, Representation::raw, route.what == Route::What::image ? route.image.index : 0);
  if (section == nullptr) {
    return std::nullopt;
  }
  return ResultBody{
      .prefix = {}, .offset = section->offset, .length = section->length, .etag = etag_of(outputs, *section)};
}

}  // namespace docket::http
