#include "http/form/idempotency_key.h"

#include <algorithm>

#include "base/sha256.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::size_t longest_key = 255;

/// Hashes texts so that their ends are part of it.
class TextHasher {
 public:
  void add(std::string_view text) {
    hasher_.update(std::to_string(text.size()));
    hasher_.update(":");
    hasher_.update(text);
  }
  Sha256 finish() { return hasher_.finish(); }

 private:
  Sha256Hasher hasher_;
};

}  // namespace

Result<std::string> parse_idempotency_key(std::string_view field) {
  auto text = trim(field);
  std::string key;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
      i += text[i] == '\\' && i + 1 < text.size() ? 1 : 0;
      key += text[i];
    }
  } else {
    key = text;
  }
  const bool printable = std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; });
  if (key.empty() || key.size() > longest_key || !printable) {
    return fail(ErrorCode::bad_request, "Idempotency-Key has to have 1 to " + std::to_string(longest_key) +
                                            " characters, all of them printable ASCII.");
  }
  return key;
}

IdempotencyKey idempotency_key_of(std::string_view owner, const OwnerKey& client, std::string_view location,
                                  std::string_view key) {
  TextHasher hasher;
  hasher.add(owner.empty() ? client.key() : owner);
  hasher.add(location);
  hasher.add(key);
  const auto digest = hasher.finish();
  IdempotencyKey once;
  std::copy_n(digest.begin(), once.bytes.size(), once.bytes.begin());
  return once;
}

Sha256 content_digest(const RawOptions& options, std::string_view fields, std::span<const FileStatus> files) {
  TextHasher hasher;
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    // How the answer is given is not what is asked for. Empty instead of left out where it always was there, and raw
    // and dry_run left out, since they were not: what stores remember of requests stays.
    const auto option = static_cast<Option>(i);
    if (option != Option::password && option != Option::raw && option != Option::dry_run) {
      hasher.add(options_of_answer().has(option) ? std::string_view() : options[option]);
    }
  }
  hasher.add(fields);
  for (const auto& file : files) {
    hasher.add(file.filename);
    hasher.add(std::to_string(file.size));
    hasher.add({reinterpret_cast<const char*>(file.sha256.data()), file.sha256.size()});
  }
  return hasher.finish();
}

}  // namespace docket::http
