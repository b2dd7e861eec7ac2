// The bodies about callbacks (HTTP_API: Callbacks).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "job/codec/codec.h"
#include "job/delivery.h"
#include "job/job_id.h"

namespace docket::http {

/// How the end of a job is called in webhook-id, behind the job's id: "completed" or "failed".
std::string_view callback_event(State state) noexcept;

/// Appends what a receiver is told of a job that is final.
void append_callback(std::string& out, const JobId& id, const StatusView& status);

/// Appends the list of a job's deliveries: none if it is not final, or has no callback.
void append_deliveries(std::string& out, const JobId& id, State state, const std::optional<Delivery>& delivery);

}  // namespace docket::http
