#include "job/unit.h"

#include <algorithm>

#include "base/hex.h"

namespace docket {

std::string Holder::text() const {
  std::string text;
  append_hex(text, key());
  return text;
}

std::optional<Holder> Holder::parse(std::string_view text) noexcept {
  Holder holder;
  if (text.size() != 2 * holder.bytes.size()) {
    return std::nullopt;
  }
  bool good = true;
  for (std::size_t i = 0; i < holder.bytes.size(); ++i) {
    good &= read_hex(text.data() + 2 * i, holder.bytes[i]);
  }
  return good ? std::optional(holder) : std::nullopt;
}

std::optional<Holder> Holder::from_key(std::string_view key) noexcept {
  Holder holder;
  if (key.size() != holder.bytes.size()) {
    return std::nullopt;
  }
  std::copy(key.begin(), key.end(), holder.bytes.begin());
  return holder;
}

}  // namespace docket
