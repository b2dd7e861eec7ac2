// libseccomp with an owner, and lists of rules. For src/sandbox only.
#pragma once

#include <linux/filter.h>
#include <seccomp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"

namespace docket {

using SeccompContext = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

/// Adds rules and remembers the first error, so that a list of rules reads as one.
class SeccompRules {
 public:
  explicit SeccompRules(scmp_filter_ctx context) noexcept : context_(context) {}

  template <class... Comparisons>
  void add(std::uint32_t action, int call, Comparisons... comparisons) {
    const std::array<scmp_arg_cmp, sizeof...(comparisons)> list{comparisons...};
    note(::seccomp_rule_add_array(context_, action, call, sizeof...(comparisons), list.data()));
  }
  void note(int result) noexcept { error_ = error_ == 0 && result < 0 ? -result : error_; }
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  scmp_filter_ctx context_;
  int error_ = 0;
};

constexpr scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
constexpr scmp_arg_cmp bits(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// The program that libseccomp makes of the rules.
Result<std::vector<sock_filter>> compile_filter(scmp_filter_ctx context);

/// Puts the calling thread under `program`; needs no_new_privs.
Result<void> load_filter(std::span<const sock_filter> program);

}  // namespace docket
