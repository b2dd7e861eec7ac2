// Which form of a result a request wants (RFC 9110, 12.5.1).
#pragma once

#include <string_view>

#include "document/format.h"

namespace docket::http {

/// The quality that `accept` gives to `type` ("text/plain"), in thousandths; parameters but q are ignored. An empty
/// field accepts everything. A malformed element is skipped.
unsigned accept_quality(std::string_view accept, std::string_view type) noexcept;

/// Whether `accept_encoding` takes gzip (RFC 9110, 12.5.3). A client that sends no such field is given no coding.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

/// JSON (wrapped) unless the raw form is asked for with `raw`, or `accept` prefers its type: JSON wins ties and is the
/// answer when nothing fits. The raw form of `json` is JSON too, so only `raw` chooses it. Formats that are there in
/// one form only are answered in it, whatever is asked for.
Representation choose_representation(std::string_view accept, Format format, bool raw) noexcept;

}  // namespace docket::http
