// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/doors.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/settings.hpp"

#include "storage/storage.hpp"

namespace automl::engine {

// The deciding part of the engine: turns events into durable changes and effects. Single-threaded,
// without I/O of its own besides the store, so a simulator can drive it as the real loop does.
//
//   std::vector<Effect> effects = core.start();            // recovery
//   for (;;) carry_out(core.turn(waiting_events()));       // with a TimerFired when deadline()
//   passed
//
// Each turn is one transaction; the effects it returns may be carried out because it is durable.
// When the store fails, the turn's callers get Unavailable, everything in memory is dropped, and
// the next turn first rebuilds it from the store, exactly as after a crash.
class Core {
 public:
  // All references must outlive the core. Throws what Storage::claim_epoch throws.
  Core(storage::Storage& storage,
       executor::Capabilities capabilities,
       Clock& clock,
       Random& random,
       Settings settings);
  ~Core();

  std::vector<Effect> start();
  // Throws storage::Superseded and storage::Corruption: the engine must end.
  std::vector<Effect> turn(std::vector<Event> events);
  // Monotonic milliseconds at which a TimerFired is due.
  std::int64_t deadline() const;
  // Why the store cannot be used at present; empty when all is well.
  const std::string& trouble() const { return trouble_; }
  // Nothing open: no running study with work to do, no open session.
  bool idle() const;

 private:
  std::vector<Effect> rebuild();
  void take(const std::vector<Event>& events, std::vector<Effect>& effects);
  void fail(const std::string& why);

  storage::Storage& storage_;
  executor::Capabilities capabilities_;
  Clock& clock_;
  Random& random_;
  Settings settings_;
  std::unique_ptr<StudyManager> manager_;
  std::vector<idl::Node> nodes_;  // survives a rebuild
  std::string trouble_;
  std::vector<CallId> abandoned_;  // callers to be told that the store failed
  std::int64_t retry_at_ms_ = 0;
  std::uint64_t next_ticket_ = 1;
};

}  // namespace automl::engine
