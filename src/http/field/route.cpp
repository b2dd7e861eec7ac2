#include "http/field/route.h"

#include <limits>

#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::size_t id_length = 36;

/// The segment at the front of `path`, which loses it and the slash behind it. A slash at the very end leaves `path`
/// with no segment but not empty of meaning: `ended` tells "a/" from "a".
std::string_view take_segment(std::string_view& path, bool& ended) noexcept {
  const auto slash = path.find('/');
  const auto segment = path.substr(0, slash);
  ended = slash == std::string_view::npos;
  path = ended ? std::string_view() : path.substr(slash + 1);
  return segment;
}

/// Makes the route that of the picture that the last segment names.
void name_image(Route& route, std::string_view segment) noexcept {
  if (const auto name = ImageName::parse(segment)) {
    route.what = Route::What::image;
    route.image = *name;
    route.format = Format::images;
  }
}

/// A page number as it is written in links: from 1, no leading zeros.
std::uint32_t page_number(std::string_view text) noexcept {
  const auto value = text.empty() || text.front() == '0' ? std::nullopt : parse_number(text);
  return value && *value <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(*value) : 0;
}

}  // namespace

Route parse_route(std::string_view path) noexcept {
  Route route;
  bool ended = false;
  const auto id_text = take_segment(path, ended);
  const auto id = id_text.size() == id_length ? JobId::parse(id_text) : std::nullopt;
  if (!id) {
    return route;
  }
  route.id = *id;
  if (ended) {
    route.what = Route::What::status;
    return route;
  }
  const auto word = take_segment(path, ended);
  if (ended) {
    if (word == "status" || word.empty()) {
      route.what = Route::What::status;
    } else if (word == "cancel") {
      route.what = Route::What::cancel;
    } else if (word == "callbacks") {
      route.what = Route::What::callbacks;
    } else if (word == "input") {
      route.what = Route::What::input;
    } else if (word == "result") {
      route.what = Route::What::output;
    } else if (word == "files") {
      route.what = Route::What::outputs;
    } else if (word == "log") {
      route.what = Route::What::log;
    } else if (word == "response") {
      route.what = Route::What::response;
    } else if (word == "progress") {
      route.what = Route::What::progress;
    } else if (word == "pages") {
      route.what = Route::What::pages;
    } else if (const auto format = format_of(word)) {
      route.what = Route::What::result;
      route.format = *format;
    }
    return route;
  }
  if (word == "files") {
    route.what = path.empty() ? Route::What::outputs : Route::What::output;
    route.name = path;
    return route;
  }
  if (word == "input") {
    const auto number = take_segment(path, ended);
    const auto file = number.size() > 1 && number.front() == '0' ? std::nullopt : parse_number(number);
    if (ended && file && *file <= std::numeric_limits<std::uint16_t>::max()) {
      route.what = Route::What::input;
      route.file = static_cast<std::uint32_t>(*file);
    }
    return route;
  }
  if (word == info(Format::images).name) {
    const auto name = take_segment(path, ended);
    if (ended) {
      name_image(route, name);
    }
    return route;
  }
  if (word != "pages") {
    return route;
  }
  const auto page = page_number(take_segment(path, ended));
  const auto format = ended ? std::nullopt : format_of(take_segment(path, ended));
  if (page != 0 && format && ended) {
    route.what = Route::What::page;
    route.page = page;
    route.format = *format;
  } else if (page != 0 && format == Format::images) {
    const auto name = take_segment(path, ended);
    if (ended) {
      name_image(route, name);
    }
  }
  return route;
}

}  // namespace docket::http
