// A request to a server program, in a file of its own: it may be larger than a message.
#pragma once

#include <string_view>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// A memfd that holds `bytes`. Errors: io.
Result<Fd> make_request_file(std::string_view bytes);

}  // namespace docket
