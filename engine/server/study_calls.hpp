// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "Engine.h"
#include "engine/server/call.hpp"

namespace automl::engine::server {

// The calls of service Engine about studies and their trials. One object per connection.
class StudyCalls : public virtual idl::EngineIf {
 public:
  StudyCalls(Services& services, Principal principal);

  void check_study(idl::StudyCheck& reply, const idl::StudyText& text) override;
  void submit_study(idl::SubmitReply& reply,
                    const std::string& request_id,
                    const idl::StudyText& text,
                    const std::string& code_digest,
                    bool smoke) override;
  void study_status(idl::StudyStatus& reply, const std::string& study) override;
  void list_studies(std::vector<idl::StudyStatus>& reply) override;
  void change_study(idl::StudyStatus& reply,
                    const std::string& request_id,
                    const std::string& study,
                    idl::StudyAction::type action) override;
  void retry_failed(idl::StudyStatus& reply,
                    const std::string& request_id,
                    const std::string& study) override;
  void edit_study(idl::EditReply& reply,
                  const std::string& request_id,
                  const std::string& study,
                  const idl::StudyEdit& edit) override;
  void study_versions(std::vector<idl::StudyVersion>& reply, const std::string& study) override;
  void enqueue(idl::StudyStatus& reply,
               const std::string& request_id,
               const std::string& study,
               const std::map<std::string, std::string>& configuration) override;
  void list_trials(idl::TrialPage& reply,
                   const std::string& study,
                   std::int64_t from_number,
                   std::int32_t limit) override;
  void show_trial(idl::TrialDetail& reply, const std::string& study, std::int64_t number) override;
  void leaderboard(idl::Leaderboard& reply, const std::string& study, std::int32_t limit) override;
  void report_study(idl::StudyReport& reply, const std::string& study) override;
  void replay_schedule(idl::ScheduleReplay& reply,
                       const std::string& study,
                       const std::string& scheduler) override;
  void ask(std::vector<idl::Trial>& reply,
           const std::string& request_id,
           const std::string& study,
           std::int32_t count) override;
  void tell(const std::string& request_id,
            const std::string& study,
            std::int64_t number,
            const idl::Outcome& outcome) override;

 private:
  void authorize(Action action) const { services_.authorizer.check(principal_, action); }
  std::vector<idl::Node> nodes() const;
  idl::Study stored_study(const std::string& study) const;

  Services& services_;
  const Principal principal_;
};

}  // namespace automl::engine::server
