// Carries out the commands of store/command.h over a backend's transaction: the rules of all kinds of stores.
#pragma once

#include <span>
#include <vector>

#include "store/apply/apply_context.h"

namespace docket {

/// Made, used and destroyed within one transaction, by the store that owns that, on its thread. What progress.h and
/// delivery.h decide is only carried out.
class Applier {
 public:
  /// `publish`: whether transitions() is asked for.
  Applier(BackendTransaction& transaction, bool publish) noexcept : context_(transaction, publish) {}

  /// Fills in each command's result, in their order, until the transaction fails. A command that is refused has written
  /// nothing: everything is read and decided before its first write. If the commit fails, all results are void.
  void apply(std::span<const Command> commands);

  /// What a StateListener hears of, if the transaction is committed.
  [[nodiscard]] const std::vector<StateTransition>& transitions() const noexcept { return context_.transitions(); }
  /// Whether callbacks wait now that did not before, or not so long.
  [[nodiscard]] bool has_posted() const noexcept { return context_.has_posted(); }

 private:
  ApplyContext context_;
};

}  // namespace docket
