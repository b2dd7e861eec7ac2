// What a unit's child says, followed and checked: it reads untrusted bytes, so what it says is untrusted, too.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "protocol/wire.h"

namespace docket {

/// What a unit's child did, step by step; called on the thread that runs the unit.
struct UnitEvents {
  std::function<void()> begun{};  ///< the unit is handed over: what is done now costs it no time
  std::function<void(wire::Probed)> probed;
  std::function<void(PageRecord)> page;
  std::function<void()> completed{};  ///< all results are written; the child has yet to end
};

/// Follows one child from its first message to its end. Pages come in their order, each once, and every section lies
/// within what was written: so whatever a child claims, progress and results stay within its own unit.
/// Lives on the thread that runs the unit.
class UnitSession {
 public:
  /// `written` is the file that the unit writes to, -1 if none; it stays open while the session lives. `output_file`
  /// names it in the records.
  UnitSession(const wire::UnitRequest& request, const OutputFile& output_file, int written, const UnitEvents& events);

  /// Takes a child's packet of messages and passes them on to the events. False if the child may not say this now: it
  /// is to be ended, and on_ended() will tell so.
  [[nodiscard]] bool on_packet(std::string_view bytes);

  /// The unit's end, from what was said and how the child ended. What was done stands if the child was killed after its
  /// last word.
  [[nodiscard]] UnitEnd on_ended(const wire::Ended& ended) const;

  /// Whether the child has said its last word.
  [[nodiscard]] bool is_over() const noexcept { return result_.has_value() || !violation_.empty(); }

 private:
  bool take(wire::Probed message);
  bool take(wire::PageDone message);
  bool take(const wire::Completed& message);
  bool take(const wire::RangeDone& message);
  bool take(wire::Refused message);

  bool violation(std::string_view what);
  [[nodiscard]] bool all_pages_done() const noexcept;
  [[nodiscard]] bool sections_are_sound(const std::vector<Section>& sections) const;

  const wire::UnitRequest& request_;
  const OutputFile output_file_;
  const int written_;
  const UnitEvents& events_;

  std::uint32_t next_page_ = 0;  ///< the page whose end comes next; 0 while no page may come
  std::uint32_t last_page_ = 0;
  std::uint32_t total_pages_ = 0;
  bool any_page_done_ = false;
  std::optional<UnitEnd> result_;
  std::string violation_;
};

}  // namespace docket
