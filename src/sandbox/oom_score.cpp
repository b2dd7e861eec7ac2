#include "sandbox/oom_score.h"

#include <fcntl.h>
#include <unistd.h>

#include <string_view>

#include "base/fd.h"

namespace docket {

void offer_for_oom() noexcept {
  constexpr std::string_view score = "800";  // of 1000
  const Fd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  static_cast<void>(file && ::write(file.get(), score.data(), score.size()) > 0);
}

}  // namespace docket
