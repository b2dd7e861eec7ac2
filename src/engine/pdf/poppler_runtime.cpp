#include "engine/pdf/poppler_runtime.h"

#include <Error.h>
#include <GlobalParams.h>

#include <memory>

namespace docket::engine {
namespace {

std::uint64_t errors = 0;

void count_error(ErrorCategory category, Goffset /*position*/, const char* /*message*/) {
  if (category == errSyntaxError || category == errIO || category == errInternal) {
    ++errors;
  }
}

}  // namespace

void prepare_poppler() {
  if (!globalParams) {
    setErrorCallback(count_error);
    globalParams = std::make_unique<GlobalParams>();
  }
}

std::uint64_t poppler_errors() noexcept {
  return errors;
}

}  // namespace docket::engine
