// Signatures of callbacks, after Standard Webhooks (standardwebhooks.com, specification 1.0, symmetric).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace docket {

/// The keys of docket_callback_secret, as bytes; the first is the current one.
using WebhookSecrets = std::vector<std::string>;

/// Reads a file's text: a secret (`whsec_` and base64 of 24 to 64 bytes) a line; empty lines and those that begin with
/// # are skipped. bad_option, with the line's number and never what stands there, for anything else and for no secret.
Result<WebhookSecrets> parse_webhook_secrets(std::string_view text);

/// The value of webhook-signature: for each secret "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body", with
/// blanks between. `timestamp` in Unix seconds.
std::string webhook_signature(const WebhookSecrets& secrets, std::string_view id, std::int64_t timestamp,
                              std::string_view body);

}  // namespace docket
