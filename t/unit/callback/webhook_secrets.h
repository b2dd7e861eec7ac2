// Secrets that the tests of signatures and of secret files share.
#pragma once

namespace docket {

inline constexpr auto known_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
inline constexpr auto other_secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

}  // namespace docket
