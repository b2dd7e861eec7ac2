// The sentence that tells people how far a job is.
#pragma once

#include <string>

#include "job/codec/codec.h"

namespace docket::http {

/// Appends the sentence as a JSON string.
void append_message(std::string& out, const StatusView& status);

}  // namespace docket::http
