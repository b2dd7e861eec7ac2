#include "store/committer.h"

#include <exception>

namespace docket {

/// One caller of commit(), on its stack; in the list until a leader takes it, and then that leader's until `done`.
/// All fields are guarded by Committer::mutex_.
struct Committer::Waiting {
  std::span<const Command> changes;
  Waiting* next = nullptr;
  bool done = false;
  bool leads = false;
  std::condition_variable wake;
};

Committer::Committer(Store& store, Notifications* notifications) : store_(store), notifications_(notifications) {
  if (notifications_ != nullptr) {
    store_.on_delivery([this] { deliveries_wait_.store(true); });
  }
}

Committer::~Committer() {
  if (notifications_ != nullptr) {
    store_.on_delivery({});
  }
}

/// Before the callers go on: what they see committed has been told.
void Committer::publish(const Waiting* group) noexcept {
  Notifications::News news{.units = false, .deliveries = deliveries_wait_.exchange(false)};
  for (const Waiting* one = group; one != nullptr; one = one->next) {
    news.units = news.units || has_queued_units(one->changes);
  }
  notifications_->publish(news);
}

Committer::Counts Committer::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::size_t Committer::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const Waiting* one = first_; one != nullptr; one = one->next) {
    ++count;
  }
  return count;
}

void Committer::commit(std::span<const Command> changes) noexcept {
  if (changes.empty()) {
    return;
  }
  Waiting self;
  self.changes = changes;

  std::unique_lock lock(mutex_);
  (last_ == nullptr ? first_ : last_->next) = &self;
  last_ = &self;
  if (leading_) {
    self.wake.wait(lock, [&] { return self.done || self.leads; });
    if (self.done) {
      return;
    }
  }
  leading_ = true;
  Waiting* const group = first_;  // begins with this caller: the first in the list is the one told to lead
  first_ = last_ = nullptr;
  lock.unlock();

  const auto made = commit_group(group);
  if (notifications_ != nullptr) {
    publish(group);
  }

  lock.lock();
  ++counts_.groups;
  counts_.changes += made;
  for (Waiting* one = group; one != nullptr;) {
    Waiting* const next = one->next;
    one->done = true;
    if (one != &self) {
      one->wake.notify_one();  // under the lock: once that is released, `one` may be gone
    }
    one = next;
  }
  if (first_ != nullptr) {
    first_->leads = true;
    first_->wake.notify_one();
  } else {
    leading_ = false;
  }
}

std::size_t Committer::commit_group(Waiting* group) noexcept {
  std::size_t count = 0;
  for (const Waiting* one = group; one != nullptr; one = one->next) {
    count += one->changes.size();
  }
  if (group->next == nullptr) {
    store_.commit(group->changes);
    return count;
  }
  try {
    std::vector<Command> together;
    together.reserve(count);
    for (const Waiting* one = group; one != nullptr; one = one->next) {
      together.insert(together.end(), one->changes.begin(), one->changes.end());
    }
    store_.commit(together);
  } catch (const std::exception&) {  // no memory to put them together: then one after the other
    for (const Waiting* one = group; one != nullptr; one = one->next) {
      store_.commit(one->changes);
    }
  }
  return count;
}

}  // namespace docket
