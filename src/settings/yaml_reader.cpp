#include "settings/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/utf8.h"

namespace docket::settings {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Thrown through yaml-cpp and caught in read_yaml(): an event cannot end the reading otherwise.
struct Stop {
  Mistake mistake;
};

/// Knows where bytes of a text stand. What is asked for one after the other is counted once.
class Places {
 public:
  explicit Places(std::string_view text) noexcept : text_(text) {}

  Position of(std::size_t at) noexcept {
    if (at < next_) {
      next_ = 0;
      position_ = {};
    }
    for (; next_ < std::min(at, text_.size()); ++next_) {
      const char c = text_[next_];
      if (c == '\n') {
        ++position_.line;
        position_.column = 1;
      } else if (next_ + 1 == text_.size() || !continues(text_[next_ + 1])) {
        ++position_.column;  // behind the last byte of a character
      }
    }
    return position_;
  }

 private:
  static bool continues(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

  std::string_view text_;
  std::size_t next_ = 0;
  Position position_;  ///< of next_
};

Position position_of(std::string_view text, std::size_t at) noexcept {
  return Places(text).of(at);
}

/// Makes the tree of yaml-cpp's events. The names of the functions are yaml-cpp's.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) noexcept : text_(text), places_(text) {}

  [[nodiscard]] YamlNode take() noexcept { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      stop(mark, "a second document begins here; there has to be one");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { add({.type = YamlNode::Type::null}, mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { stop(mark, "aliases are not taken"); }
  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override { stop(mark, "anchors are not taken"); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    if (!is_closed(mark)) {
      stop(mark, "the quotes are not closed");
    }
    add({.type = YamlNode::Type::scalar, .plain = tag == "?", .text = value}, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Type::list, mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Type::map, mark);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A list or map that has not ended.
  struct Level {
    YamlNode node;
    bool has_name = false;  ///< of a map: the next value is this name's
    std::string name{};
    Position name_at{};
    std::unordered_map<std::string, std::uint32_t> names{};  ///< of a map, so far, and their lines
  };

  [[nodiscard]] Position at(const YAML::Mark& mark) noexcept {
    return places_.of(static_cast<std::size_t>(std::max(mark.pos, 0)));
  }

  [[nodiscard]] std::string path() const {
    std::string path;
    for (const auto& level : levels_) {
      if (level.node.type == YamlNode::Type::list) {
        path = path_of(path, level.node.items.size());
      } else if (level.has_name) {
        path = path_of(path, level.name);
      }
    }
    return path;
  }

  [[noreturn]] void stop(const YAML::Mark& mark, std::string why) {
    throw Stop{{.at = at(mark), .path = path(), .message = std::move(why)}};
  }

  /// A value begins with its tag, if it has one; that of "!" alone cannot be told otherwise from quotes.
  void refuse_tag(const YAML::Mark& mark) {
    if (mark.pos >= 0 && static_cast<std::size_t>(mark.pos) < text_.size() &&
        text_[static_cast<std::size_t>(mark.pos)] == '!') {
      stop(mark, "tags are not taken");
    }
  }

  /// False for a text whose quotes end with the file only, which yaml-cpp takes.
  [[nodiscard]] bool is_closed(const YAML::Mark& mark) const {
    const auto begin = static_cast<std::size_t>(std::max(mark.pos, 0));
    const char quote = begin < text_.size() ? text_[begin] : ' ';
    if (quote != '"' && quote != '\'') {
      return true;
    }
    const auto is_escape = [&](std::size_t at) {
      return quote == '"' ? text_[at] == '\\' : text_.substr(at, 2) == "''";
    };
    auto at = begin + 1;
    while (at < text_.size() && (text_[at] != quote || is_escape(at))) {
      at += is_escape(at) ? 2 : 1;
    }
    return at < text_.size();
  }

  [[nodiscard]] bool is_name_due() const noexcept {
    return !levels_.empty() && levels_.back().node.type == YamlNode::Type::map && !levels_.back().has_name;
  }

  void open(YamlNode::Type type, const YAML::Mark& mark) {
    refuse_tag(mark);
    if (is_name_due()) {
      stop(mark, "a name has to be a text, not a list or a map");
    }
    if (levels_.size() == max_depth) {
      stop(mark, "there are more than " + std::to_string(max_depth) + " levels");
    }
    levels_.push_back({.node = {.type = type, .at = at(mark)}});
  }

  void close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    put(std::move(node));
  }

  void add(YamlNode node, const YAML::Mark& mark) {
    refuse_tag(mark);
    if (!is_name_due()) {
      node.at = at(mark);
      put(std::move(node));
      return;
    }
    if (node.type == YamlNode::Type::null) {
      stop(mark, "there is no name here, or one that means nothing (null, ~)");
    }
    auto& level = levels_.back();
    level.has_name = true;
    level.name = std::move(node.text);
    level.name_at = at(mark);
    const auto [known, is_new] = level.names.try_emplace(level.name, level.name_at.line);
    if (!is_new) {
      stop(mark, "the name stands here for the second time; the first is in line " + std::to_string(known->second));
    }
  }

  void put(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& level = levels_.back();
    if (level.node.type == YamlNode::Type::map) {
      node.name = std::move(level.name);
      node.name_at = level.name_at;
      level.has_name = false;
    }
    level.node.items.push_back(std::move(node));
  }

  std::string_view text_;
  Places places_;
  std::vector<Level> levels_;
  YamlNode root_;
  int documents_ = 0;
};

/// What yaml-cpp would take for something else: it knows UTF-16 and ends at byte 4.
std::optional<std::size_t> find_bad_byte(std::string_view text) {
  const auto bad = std::ranges::find_if(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == '\x7F';
  });
  return bad == text.end() ? std::nullopt : std::optional(static_cast<std::size_t>(bad - text.begin()));
}

tl::unexpected<Mistake> mistake(Position at, std::string message) {
  return tl::unexpected<Mistake>({.at = at, .path = {}, .message = std::move(message)});
}

}  // namespace

tl::expected<YamlNode, Mistake> read_yaml(std::string_view text) {
  if (text.size() > max_text) {
    return mistake(position_of(text, max_text), "there are more than " + std::to_string(max_text / 1024) + " KB");
  }
  if (!is_valid_utf8(text)) {
    return mistake({}, "it is not UTF-8");
  }
  if (text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  if (const auto bad = find_bad_byte(text)) {
    return mistake(position_of(text, *bad), "there is a control character here");
  }
  TreeBuilder tree(text);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(tree)) {
    }
    return tree.take();
  } catch (const Stop& stop) {
    return tl::unexpected(stop.mistake);
  } catch (const YAML::Exception& error) {
    return mistake(position_of(text, static_cast<std::size_t>(std::max(error.mark.pos, 0))), error.msg);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return mistake({}, std::string("it cannot be read: ") + error.what());
  }
}

}  // namespace docket::settings
