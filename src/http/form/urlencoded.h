// Forms without files: application/x-www-form-urlencoded (WHATWG URL, 5.1).
#pragma once

#include <string_view>

#include "base/error.h"
#include "http/form/form.h"

namespace docket::http {

/// Gives the form the fields of a whole body. Its errors are the collector's.
Result<void> add_urlencoded(FormCollector& form, std::string_view body);

}  // namespace docket::http
