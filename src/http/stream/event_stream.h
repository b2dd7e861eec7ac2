// Server-sent events (WHATWG HTML, 9.2): what is told of a job, as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "job/codec/codec.h"
#include "job/job_event.h"
#include "store/store.h"

namespace docket::http {

inline constexpr std::string_view event_stream_type = "text/event-stream; charset=utf-8";

/// What a stream begins with: how soon a browser comes again, in milliseconds.
inline constexpr std::string_view event_stream_begin = "retry: 3000\n\n";
/// What keeps a stream alive where nothing happens.
inline constexpr std::string_view event_stream_comment = ":\n\n";

/// Appends what a change of a job tells, as JSON, and returns the event's name: `page` for a page that is done, `file`
/// for a file that is, `status` with the status body for all else. The status may be newer than the change.
std::string_view append_change_data(std::string& out, const JobEvent& change, const StatusView& status,
                                    std::string_view fields_json, const QueueCounts& counts);

/// Appends an event; `id` 0: without one. `data` may have several lines.
void append_event(std::string& out, std::uint64_t id, std::string_view name, std::string_view data);

/// Appends the same as a WebSocket's message: {"event", "data"}. `data` is JSON.
void append_message(std::string& out, std::string_view name, std::string_view data);

/// Appends what a `log` event tells, as JSON: {"job_id", "line"}.
void append_line_data(std::string& out, const JobId& job, std::string_view line);

/// The same of lines that are not told: {"job_id", "left_out"}.
void append_left_out_data(std::string& out, const JobId& job, std::uint32_t lines);

/// Appends the event `reset`: what happened before `number` is not known any more, and present states follow.
void append_reset_event(std::string& out, std::uint64_t number);

/// The number that a field Last-Event-ID has; nothing for what is none of ours.
std::optional<std::uint64_t> parse_last_event_id(std::string_view field) noexcept;

}  // namespace docket::http
