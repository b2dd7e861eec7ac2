// What a MultipartParser tells, kept as values so that tests can compare it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/form/multipart.h"

namespace docket::http::test {

struct RecordedPart {
  PartHead head;
  std::string data;
  bool ended = false;

  friend bool operator==(const RecordedPart&, const RecordedPart&) = default;
};

/// What a body came to: its parts, and the error if there was one.
struct Outcome {
  std::vector<RecordedPart> parts;
  std::optional<Error> error;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

class Recorder final : public MultipartEvents {
 public:
  Result<void> part_begin(const PartHead& head) override {
    if (!parts.empty() && !parts.back().ended) {
      return fail(ErrorCode::bad_request, "a part began within a part");
    }
    parts.push_back({head, "", false});
    return {};
  }
  Result<void> part_data(std::string_view bytes) override {
    if (parts.empty() || parts.back().ended || bytes.empty()) {
      return fail(ErrorCode::bad_request, "data outside a part, or none");
    }
    parts.back().data += bytes;
    ++pieces;
    return {};
  }
  Result<void> part_end() override {
    if (parts.empty() || parts.back().ended) {
      return fail(ErrorCode::bad_request, "an end without a part");
    }
    parts.back().ended = true;
    return {};
  }

  std::vector<RecordedPart> parts;
  std::size_t pieces = 0;
};

/// Feeds `body` in pieces that end at `cuts` (ascending) and at its end.
inline Outcome run(std::string_view body, const std::string& boundary, const std::vector<std::size_t>& cuts = {},
                   MultipartLimits limits = {}) {
  Recorder recorder;
  MultipartParser parser(boundary, limits, recorder);
  Result<void> done;
  std::size_t at = 0;
  for (const auto cut : cuts) {
    // A copy of each piece, so that a view that outlives it is a use after free under ASan.
    const std::string piece(body.substr(at, cut - at));
    done = parser.feed(piece);
    at = cut;
    if (!done) {
      break;
    }
  }
  if (done) {
    const std::string piece(body.substr(at));
    done = parser.feed(piece);
  }
  if (done) {
    done = parser.finish();
  }
  return {std::move(recorder.parts), done ? std::nullopt : std::optional(done.error())};
}

/// Cuts after every byte.
inline std::vector<std::size_t> every_byte(std::string_view body) {
  std::vector<std::size_t> cuts(body.size());
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    cuts[i] = i + 1;
  }
  return cuts;
}

/// A form with one part: its header lines and data.
inline std::string one_part(const std::string& headers, const std::string& data) {
  return "--b\r\n" + headers + "\r\n" + data + "\r\n--b--\r\n";
}

/// Likewise: one field with these further header lines.
inline std::string with_headers(const std::string& lines, const std::string& data = "x") {
  return one_part("Content-Disposition: form-data; name=\"f\"\r\n" + lines, data);
}

}  // namespace docket::http::test
