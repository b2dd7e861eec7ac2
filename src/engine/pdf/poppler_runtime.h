// What Poppler needs once a process.
#pragma once

#include <cstdint>

namespace docket::engine {

/// Makes Poppler's global parameters and takes over its error messages; further calls do nothing. Every reader calls
/// it, the fork server does so first. On the process's only thread.
void prepare_poppler();

/// How many serious errors (syntax, input, internal) Poppler reported since the process began. Nothing of them is
/// printed: messages about a hostile document are as long as its author likes.
std::uint64_t poppler_errors() noexcept;

}  // namespace docket::engine
