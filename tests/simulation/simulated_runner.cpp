// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_runner.hpp"

#include <algorithm>
#include <utility>

namespace automl::simulation {

namespace {

constexpr std::int64_t kHeartbeatMs = 5'000;
constexpr std::int64_t kGraceMs = 10'000;
constexpr std::size_t kBatch = 4;
constexpr double kShareOfShortOnes = 0.9;

const engine::Refusal* refusal_in(const engine::Payload& payload) {
  return std::get_if<engine::Refusal>(&payload);
}

bool is_superseded(const engine::Payload& payload) {
  const engine::Refusal* refusal = refusal_in(payload);
  return refusal != nullptr && refusal->kind == engine::Refusal::Kind::kSuperseded;
}

}  // namespace

SimulatedRunner::SimulatedRunner(World& world,
                                 Observer& observer,
                                 Network& network,
                                 const executor::LaunchRequest& request)
    : world_(world),
      observer_(observer),
      network_(network),
      request_(request),
      handle_("job-" + request.token.substr(0, 8)) {}

void SimulatedRunner::start(std::int64_t delay_ms) {
  alive_ = true;
  later(delay_ms, &SimulatedRunner::call_register);
}

void SimulatedRunner::deliver() {
  alive_ = true;
  ++life_;
  calling_ = false;
  const std::optional<idl::Checkpoint> last = world_.disk.last(session_id_);
  if (last && last->attempt == request_.attempt_number) {
    checkpoints_ = {*last};
  }
  start_told_ = false;
  flush();
}

void SimulatedRunner::kill_runner() {
  alive_ = false;
  checkpoints_.clear();
  ++life_;
  calling_ = false;
}

void SimulatedRunner::kill_program() {
  if (program_) {
    program_.reset();
    ++program_life_;
    observer_.program_ended(token());
    last_activity_ms_ = world_.agenda.now_ms();
  }
}

void SimulatedRunner::later(std::int64_t delay_ms, void (SimulatedRunner::*what)()) {
  world_.agenda.in(delay_ms, [this, what, life = life_] {
    if (life == life_ && alive_) {
      (this->*what)();
    }
  });
}

void SimulatedRunner::in_program(std::int64_t delay_ms, std::function<void()> what) {
  world_.agenda.in(delay_ms, [this, what = std::move(what), life = program_life_] {
    if (life == program_life_ && program_) {
      what();
    }
  });
}

void SimulatedRunner::call(Network::MakeEvent make, Handler on_answer) {
  calling_ = true;
  last_call_ms_ = world_.agenda.now_ms();
  network_.call(node(), make, [this, make, on_answer, life = life_](const auto& payload) {
    if (life != life_ || !alive_) {
      return;
    }
    const engine::Refusal* refusal = payload ? refusal_in(*payload) : nullptr;
    if (payload && (refusal == nullptr || refusal->kind != engine::Refusal::Kind::kUnavailable)) {
      calling_ = false;
      back_off_ms_ = 200;
      return (this->*on_answer)(*payload);
    }
    world_.agenda.in(back_off_ms_, [this, make, on_answer, life] {
      if (life == life_ && alive_) {
        call(make, on_answer);
      }
    });
    back_off_ms_ = std::min<std::int64_t>(back_off_ms_ * 2, 10'000);
  });
}

void SimulatedRunner::call_register() {
  call(
      [token = token(), node = node(), job = handle_](engine::CallId id) {
        engine::RunnerRegistered event;
        event.call = id;
        event.token = token;
        event.runner.node = node;
        event.runner.pid = 1;
        event.runner.handle = job;
        return event;
      },
      &SimulatedRunner::on_registered);
}

void SimulatedRunner::on_registered(const engine::Payload& payload) {
  if (is_superseded(payload)) {
    return give_way();
  }
  const auto* order = std::get_if<idl::RunnerOrder>(&payload);
  if (order == nullptr || order->attempt.token != token()) {
    throw Violation("a runner registered and got something else than its order");
  }
  restore(*order);
  run(*order);
}

void SimulatedRunner::restore(const idl::RunnerOrder& order) {
  session_id_ = order.session.id;
  last_checkpoint_ = order.last_checkpoint;
  const std::optional<idl::Checkpoint> ordered =
      order.__isset.restore ? std::optional(order.restore) : std::nullopt;
  const std::optional<idl::Checkpoint> last = world_.disk.last(session_id_);
  const bool outdated =
      order.session.__isset.restore && last && last->attempt <= order.session.restore_after;
  restored_ = ordered;
  if (last && last->number > order.last_checkpoint && !outdated) {
    restored_ = last;
    last_checkpoint_ = last->number;
    checkpoints_.push_back(*last);
  }
  donor_damaged_ = order.session.__isset.restore && restored_ == order.session.restore &&
                   world_.faults.happens(Fault::kDonorDamaged);
  if (donor_damaged_) {
    const std::vector<idl::Checkpoint>& own = order.restore_otherwise;
    restored_ = own.empty() ? std::nullopt : std::optional(own.front());
  }
  if (restored_ && !world_.disk.has(restored_->digest)) {
    throw Violation("the checkpoint that " + order.session.name + " is to start from is gone");
  }
  if (restored_ != ordered) {
    start_ = restored_.value_or(idl::Checkpoint());
  }
  last_step_ = restored_ ? restored_->step : -1;
}

// Durable before the engine hears of it.
void SimulatedRunner::save() {
  idl::Checkpoint checkpoint;
  checkpoint.session_id = session_id_;
  checkpoint.number = ++last_checkpoint_;
  checkpoint.attempt = request_.attempt_number;
  checkpoint.step = last_step_;
  checkpoint.digest = world_.dice.hex(64);
  checkpoint.bytes = 1;
  checkpoint.files = 1;
  checkpoint.created_ms = world_.agenda.wall_ms();
  world_.disk.save(checkpoint, checkpoints_);
  checkpoints_.push_back(std::move(checkpoint));
}

Program SimulatedRunner::some_program(const std::vector<std::string>& metrics) {
  if (world_.tame) {
    return tame_program(world_.dice, metrics);
  }
  return world_.busy && world_.dice.chance(kShareOfShortOnes)
             ? short_program(world_.dice, metrics)
             : random_program(world_.dice, metrics);
}

void SimulatedRunner::run(const idl::RunnerOrder& order) {
  const idl::Session& session = order.session;
  observer_.program_started(token(), order, restored_, donor_damaged_);
  world_.log([&] {
    return "program: " + session.name + " #" + std::to_string(request_.attempt_number) + " starts";
  });
  std::vector<std::string> metrics = session.spec.further_required;
  metrics.push_back(session.spec.required_metric.empty() ? "loss" : session.spec.required_metric);
  program_ = some_program(metrics);
  ++program_life_;
  next_report(0);
  if (session.spec.resources.time_s > 0) {
    in_program(session.spec.resources.time_s * 1'000, [this] {
      idl::ExitReport exit;
      exit.cause = idl::ExitCause::TIMEOUT;
      end_program(exit);
    });
  }
  if (world_.faults.happens(Fault::kProgramKilled)) {
    in_program(world_.dice.between(0, 30'000), [this] {
      idl::ExitReport exit;
      exit.cause = idl::ExitCause::SIGNALED;
      exit.signal = 9;
      end_program(exit);
    });
  }
  if (world_.faults.happens(Fault::kRunnerKilled)) {
    later(world_.dice.between(0, 30'000), &SimulatedRunner::kill_runner);
  }
  later(kHeartbeatMs, &SimulatedRunner::heartbeat);
}

void SimulatedRunner::next_report(std::size_t index) {
  if (index >= program_->reports.size()) {
    if (!program_->hangs) {
      in_program(program_->end_delay_ms, [this] { end_program(idl::ExitReport(program_->exit)); });
    }
    return;
  }
  in_program(program_->reports[index].delay_ms, [this, index] {
    if (alive_) {  // without its runner nobody listens
      idl::Measurement measurement;
      measurement.sequence = ++sequence_;
      measurement.step = ++last_step_;
      measurement.metrics = program_->reports[index].metrics;
      measurement.time_ms = world_.agenda.wall_ms();
      measured_.emplace(sequence_, measurement);
      spool_.push_back(std::move(measurement));
      if (program_->saves && world_.dice.chance(0.5)) {
        save();
      }
      flush();
    }
    next_report(index + 1);
  });
}

void SimulatedRunner::stop_program(const idl::Verdict& verdict) {
  if (!program_ || (stopping_ && !verdict.kill)) {
    return;
  }
  stopping_ = true;
  std::int64_t delay_ms =
      program_->ignores_term ? kGraceMs : world_.dice.between(1, program_->obeys_within_ms);
  if (verdict.kill) {
    delay_ms = 1;
  }
  const bool pause = verdict.action == idl::VerdictAction::PAUSE;
  in_program(delay_ms, [this, pause] {
    idl::ExitReport exit;
    exit.cause = pause ? idl::ExitCause::PAUSED : idl::ExitCause::STOPPED;
    end_program(exit);
  });
}

void SimulatedRunner::end_program(const idl::ExitReport& exit) {
  const bool saves = program_ && program_->saves && exit.cause == idl::ExitCause::PAUSED;
  kill_program();
  if (!alive_) {
    return;  // nobody sees how it ended
  }
  if (saves) {
    save();
  }
  exit_ = exit;
  exit_->last_sequence = sequence_;
  exit_->started_ms = world_.agenda.wall_ms();
  exit_->message = "exit of " + token().substr(0, 8);
  flush();
}

void SimulatedRunner::flush() {
  if (!alive_ || calling_) {
    return;
  }
  if (!spool_.empty() || !checkpoints_.empty() || (start_ && !start_told_)) {
    send_batch();
  } else if (exit_) {
    send_finish();
  }
}

void SimulatedRunner::heartbeat() {
  if (exit_ && spool_.empty()) {
    return;
  }
  if (!calling_ && world_.agenda.now_ms() >= last_call_ms_ + kHeartbeatMs) {
    send_batch();
  }
  later(kHeartbeatMs, &SimulatedRunner::heartbeat);
}

void SimulatedRunner::send_batch() {
  engine::BatchReported event;
  event.token = token();
  const auto count = static_cast<std::ptrdiff_t>(std::min(spool_.size(), kBatch));
  event.batch.measurements.assign(spool_.begin(), spool_.begin() + count);
  event.batch.checkpoints = checkpoints_;
  sent_checkpoints_ = checkpoints_.size();
  if (start_ && !start_told_) {
    event.batch.__set_started_from(*start_);
  }
  call(
      [event = std::make_shared<const engine::BatchReported>(std::move(event))](engine::CallId id) {
        engine::BatchReported copy = *event;
        copy.call = id;
        return copy;
      },
      &SimulatedRunner::on_reported);
}

void SimulatedRunner::on_reported(const engine::Payload& payload) {
  if (is_superseded(payload)) {
    return give_way();
  }
  const auto* reply = std::get_if<idl::ReportReply>(&payload);
  if (reply == nullptr) {
    throw Violation("a runner reported and got something else than a verdict");
  }
  if (reply->acknowledged_sequence > sequence_) {
    throw Violation("a measurement was acknowledged that was never made");
  }
  observer_.acknowledged(token(), reply->acknowledged_sequence);
  for (; sent_checkpoints_ > 0; --sent_checkpoints_) {
    observer_.acknowledged(checkpoints_.front());
    checkpoints_.erase(checkpoints_.begin());
  }
  start_told_ = true;
  acknowledged_ = std::max(acknowledged_, reply->acknowledged_sequence);
  while (!spool_.empty() && spool_.front().sequence <= reply->acknowledged_sequence) {
    spool_.pop_front();
  }
  if (reply->verdict.action != idl::VerdictAction::PROCEED) {
    stop_program(reply->verdict);
  }
  flush();
}

void SimulatedRunner::send_finish() {
  engine::RunnerFinished event;
  event.token = token();
  event.exit = *exit_;
  call(
      [event =
           std::make_shared<const engine::RunnerFinished>(std::move(event))](engine::CallId id) {
        engine::RunnerFinished copy = *event;
        copy.call = id;
        return copy;
      },
      &SimulatedRunner::on_finished);
}

void SimulatedRunner::on_finished(const engine::Payload& payload) {
  if (is_superseded(payload)) {
    return give_way();
  }
  if (!std::holds_alternative<std::monostate>(payload)) {
    throw Violation("a runner finished and was neither heard nor told to give way");
  }
  observer_.finish_accepted(token(), *exit_);
  kill_runner();
}

// Another attempt has taken over, or this one was settled: end at once, without a word.
void SimulatedRunner::give_way() {
  world_.log([this] { return "runner: " + handle_ + " gives way"; });
  spool_.clear();
  kill_program();
  kill_runner();
}

}  // namespace automl::simulation
