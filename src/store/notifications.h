// What the processes of a host tell one another after a commit: that jobs changed, that units wait, that deliveries
// wait.
#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "host/wakeup.h"
#include "store/command.h"

namespace docket {

/// The names of the wakeups in a store's run/, one for each kind of notification.
namespace wakeup_name {
inline constexpr auto changes = "changes";
inline constexpr auto units = "work";
inline constexpr auto deliveries = "callbacks";
}  // namespace wakeup_name

/// Whether units wait that did not before these commands were carried out. Those that are handed back for want of room
/// are not among them: a wakeup would ask for the same again at once; they are found when the fallback poll comes.
bool has_queued_units(std::span<const Command> committed) noexcept;

/// The wakeups of one store in this process. The committer publishes, on the thread of the commit; who listens is lent
/// the wakeup of what it listens for, and is the only one in the process that listens to it. Other processes have their
/// own.
class Notifications {
 public:
  static Result<Notifications> open(const std::string& run_folder);

  /// What a commit brought.
  struct News {
    bool units = false;       ///< units wait that did not before
    bool deliveries = false;  ///< so do deliveries
  };
  /// Tells the listeners: those of changes in any case. Never blocks.
  void publish(const News& news) noexcept;

  [[nodiscard]] Wakeup& changes() noexcept { return changes_; }
  [[nodiscard]] Wakeup& units() noexcept { return units_; }
  [[nodiscard]] Wakeup& deliveries() noexcept { return deliveries_; }

 private:
  Notifications(Wakeup changes, Wakeup units, Wakeup deliveries) noexcept
      : changes_(std::move(changes)), units_(std::move(units)), deliveries_(std::move(deliveries)) {}

  Wakeup changes_;
  Wakeup units_;
  Wakeup deliveries_;
};

}  // namespace docket
