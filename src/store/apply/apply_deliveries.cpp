#include "store/apply/apply_deliveries.h"

namespace docket {
namespace {

Result<void> end_delivery(ApplyContext& context, const EndDelivery& command) {
  const auto state = context.backend.callback(command.job);
  if (!state || !state->delivery || state->delivery->state != DeliveryState::sending ||
      state->delivery->holder != command.holder || state->delivery->number != command.number) {
    return fail(ErrorCode::lease_lost, "the delivery is not held so any more");
  }
  auto delivery = *state->delivery;
  if (command.attempt) {
    end_try(state->callback, delivery, *command.attempt, command.retry_after_ms, command.random, command.now_ms);
  } else {
    abandon_try(delivery, false, command.now_ms);
  }
  context.put_delivery(command.job, *state, delivery);
  return {};
}

Result<Delivery> resend(ApplyContext& context, const ResendDelivery& command) {
  if (const auto job = context.open_job_of(command.owner, command.job, command.condition); !job) {
    return pass_on(job);
  }
  const auto state = context.backend.callback(command.job);
  if (!state) {
    return fail(ErrorCode::bad_request, "This job has no callback.");
  }
  if (!state->delivery) {
    return fail(ErrorCode::bad_request, "The job is not final: there is nothing to be sent yet.");
  }
  auto delivery = *state->delivery;
  begin_again(delivery, command.now_ms);
  context.put_delivery(command.job, *state, delivery);
  return delivery;
}

}  // namespace

void carry_out(ApplyContext& context, TakeDeliveries& command) {
  command.result = context.backend.take_due(command.room, command.now_ms,
                                            [&](Delivery& delivery) { begin_try(delivery, command.holder); });
}

void carry_out(ApplyContext& context, EndDelivery& command) {
  command.result = end_delivery(context, command);
}

void carry_out(ApplyContext& context, ResendDelivery& command) {
  command.result = resend(context, command);
}

void recover_deliveries(ApplyContext& context, const Holder& holder, std::int64_t now_ms) {
  for (const auto& [job, state] : context.backend.sent_by(holder)) {
    auto delivery = *state.delivery;
    abandon_try(delivery, true, now_ms);
    context.put_delivery(job, state, delivery);
  }
}

}  // namespace docket
