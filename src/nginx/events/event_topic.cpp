#include "nginx/events/event_topic.h"

namespace docket::ngx {

void EventTopic::subscribe(Hub& hub, Subscriber& one) const {
  if (job) {
    hub.subscribe(one, *job);
  } else if (owner) {
    hub.subscribe(one, OwnerKey::of(*owner));
  } else {
    hub.subscribe_to_all(one);
  }
}

}  // namespace docket::ngx
