// Which marked content (ISO 32000-1, 14.6) each character of a page belongs to, as it is drawn.
#pragma once

#include <Object.h>

#include <cstdint>
#include <vector>

namespace docket::engine {

/// One piece of marked content.
struct ContentMark {
  Ref form = Ref::INVALID();  ///< the form it stands in; INVALID: the page itself
  int mcid = -1;              ///< -1 without
  bool is_artifact = false;   ///< not part of the document's text
};

/// Follows the operators of one page. Characters are told by their positions, as Poppler counts them: bytes of the
/// strings that are shown. Lives while a page is interpreted.
class ContentMarks {
 public:
  void begin(const char* name, Dict* properties);
  void end();
  void begin_form(Ref form);
  void end_form();
  /// The strings shown go on by so many bytes.
  void advance(int bytes) { position_ += bytes; }
  /// Of the next character.
  [[nodiscard]] int position() const noexcept { return position_; }

  [[nodiscard]] bool empty() const noexcept { return runs_.empty(); }
  [[nodiscard]] const std::vector<ContentMark>& marks() const noexcept { return marks_; }

  /// The mark of the character at `position`: an index into marks(), or -1 if it has none.
  [[nodiscard]] std::int32_t at(int position) const;

 private:
  struct Run {
    int begin = 0;
    std::int32_t mark = -1;
  };

  void start_run();

  static constexpr std::size_t most_runs = 200'000;

  std::vector<ContentMark> marks_;
  std::vector<Run> runs_;           ///< ordered by position
  std::vector<std::int32_t> open_;  ///< what was begun and not ended, in each other; -1 for what says nothing new
  std::vector<Ref> forms_;
  int position_ = 0;
};

}  // namespace docket::engine
