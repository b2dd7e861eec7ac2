// What every store must do, whatever it is made of. A store's own test includes this, writes a Backend (see
// store_fixture.h) and says DOCKET_STORE_CONFORMANCE(Name, Backend).
#pragma once

#include "store/store_command_suite.h"
#include "store/store_dedupe_suite.h"
#include "store/store_delivery_suite.h"
#include "store/store_events_suite.h"
#include "store/store_flow_suite.h"
#include "store/store_queue_suite.h"
#include "store/store_random_suite.h"
#include "store/store_reading_suite.h"
#include "store/store_recover_suite.h"
#include "store/store_run_suite.h"
#include "store/store_turns_suite.h"

#define DOCKET_STORE_CONFORMANCE(name, backend)                 \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreEvents, backend);   \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreFlow, backend);     \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreCommands, backend); \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreDedupe, backend);   \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreDelivery, backend); \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreQueue, backend);    \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreReading, backend);  \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreRecover, backend);  \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreRuns, backend);     \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreTurns, backend);    \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, StoreRandom, backend)
