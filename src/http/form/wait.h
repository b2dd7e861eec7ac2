// How long a client wants its answer to be held, and what it wants then.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "document/format.h"
#include "http/field/query.h"
#include "http/form/option.h"

namespace docket::http {

struct Waiting {
  std::uint32_t seconds = 0;          ///< 0: the answer is not held
  bool preferred = false;             ///< by the field Prefer: the answer says that it was applied, and how
  std::optional<Format> result = {};  ///< of an upload: this result is the answer; nothing: the status
  bool raw = false;                   ///< of an upload: that result itself, not wrapped in JSON
  bool output = false;                ///< of an upload to a command: its result is the answer
  bool dry_run = false;               ///< of an upload of documents: they are only looked at, and no job is made
  bool async = false;                 ///< of a request that is passed on: the client prefers not to wait
  bool response = false;              ///< of a request that is passed on: the upstream's answer is the answer
};

/// What a GET asks for with `?wait=N` or else `Prefer: wait=N`, no more than `longest` seconds; fractions are rounded
/// up, since some clients send every number as a float. bad_option for an argument that is no number; a preference that
/// cannot be read is none (RFC 7240, 2).
Result<Waiting> waiting_of(const Query& query, std::string_view prefer, std::uint32_t longest);

/// What an upload asks for with the options `wait`, `sync`, `return` and `raw`, or by Prefer. `sync`, and `return`
/// alone, wait for `longest` seconds. `formats` are the job's, none of a command's: bad_option for the return of
/// another one, as for what does not parse.
Result<Waiting> waiting_of(const RawOptions& options, std::string_view prefer, FormatSet formats,
                           std::uint32_t longest);

/// Whether a GET of a result asks with `?raw=1` for the result itself; bad_option for what is neither true nor false.
Result<bool> wants_raw(const Query& query);

/// Whether the field Prefer has the preference `respond-async` (RFC 7240, 4.1).
bool prefers_async(std::string_view prefer);

/// The seconds of the preference `wait` in a field Prefer (RFC 7240, 4.3); nothing if there is none that makes sense.
std::optional<std::uint32_t> preferred_wait(std::string_view prefer);

}  // namespace docket::http
