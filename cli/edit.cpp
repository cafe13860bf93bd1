// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/draft.hpp"
#include "cli/study_text.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

struct Wanted {
  std::string study;
  std::string file;
  std::vector<std::string> settings;
  bool dry_run = false;
};

idl::EditReply send(Context& context, const std::string& study, const idl::StudyEdit& edit) {
  idl::EditReply reply;
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.edit_study(reply, request, study, edit); });
  return reply;
}

void tell(Context& context, const Wanted& wanted, const idl::EditReply& reply) {
  if (context.json) {
    std::cout << idl::to_json(reply) << "\n";
    return;
  }
  if (context.quiet) {
    return;
  }
  const std::string name = "study " + shown(wanted.study);
  if (reply.version.changes.empty()) {
    std::cout << name << ": nothing changed\n";
    return;
  }
  std::cout << name << (wanted.dry_run ? " would have" : " has") << " version "
            << reply.version.number << " of its file:\n";
  const std::size_t width = Screen::of(STDOUT_FILENO).width;
  for (const auto* lines : {&reply.version.changes, &reply.version.notes}) {
    for (const std::string& line : *lines) {
      std::cout << "  " << wrapped(shown(line), width, 2) << "\n";
    }
  }
  if (reply.status.study.state != idl::StudyState::RUNNING && !wanted.dry_run) {
    std::cout << "it is " << state_word(reply.status.study.state)
              << (reply.status.study.state == idl::StudyState::DONE
                      ? ""
                      : "; automl resume " + shown(wanted.study) + " has it go on")
              << "\n";
  }
}

std::vector<std::string> remarks_on(const idl::InvalidRequest& refusal) {
  std::vector<std::string> remarks = {refusal.message + ":"};
  for (const idl::StudyFileError& error : refusal.errors) {
    const auto line = error.line + static_cast<std::int32_t>(refusal.errors.size()) + 1;
    remarks.push_back("line " + std::to_string(line) + ": " + error.message);
  }
  return remarks;
}

// Until the text is taken, or left as it is.
int edit_by_hand(Context& context, const Wanted& wanted, idl::StudyEdit edit) {
  const std::string before = edit.text.text;
  Draft draft(before);
  std::vector<std::string> remarks = {
      "study " + wanted.study + ", version " + std::to_string(edit.version) +
      " of its file; what you save comes into force, and unchanged text changes nothing"};
  for (;;) {
    const std::string last = edit.text.text;
    edit.text.text = draft.edit(remarks);
    if (edit.text.text == before) {
      draft.discard();
      std::cout << "study " << shown(wanted.study) << ": nothing changed\n";
      return kDone;
    }
    if (edit.text.text == last) {
      throw UsageError("nothing was changed; your text is kept in " + draft.path());
    }
    try {
      const idl::EditReply reply = send(context, wanted.study, edit);
      draft.discard();
      tell(context, wanted, reply);
      return kDone;
    } catch (const idl::InvalidRequest& refusal) {
      remarks = remarks_on(refusal);
    } catch (const apache::thrift::TException&) {
      std::cerr << "your text is kept in " << draft.path() << "\n";
      throw;
    }
  }
}

int edit(Context& context, const Wanted& wanted) {
  std::vector<idl::StudyVersion> versions;
  idl::StudyStatus status;
  context.engine().call(
      [&](idl::EngineClient& client) { client.study_versions(versions, wanted.study); });
  context.engine().call(
      [&](idl::EngineClient& client) { client.study_status(status, wanted.study); });
  idl::StudyEdit edit;
  edit.version = versions.back().number;
  edit.dry_run = wanted.dry_run;
  edit.settings = wanted.settings;
  if (!wanted.file.empty()) {
    edit.text = read_study(wanted.file);
  } else if (wanted.settings.empty()) {
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
      throw UsageError("no terminal for an editor; name the edited file or --set KEY=VALUE");
    }
    edit.text.text = versions.back().source_text;
    edit.text.directory = status.study.source_directory;
    return edit_by_hand(context, wanted, edit);
  }
  try {
    tell(context, wanted, send(context, wanted.study, edit));
  } catch (const idl::InvalidRequest& refusal) {
    print_errors(wanted.file, refusal.errors, std::cerr);
    throw UsageError(refusal.message);
  }
  return kDone;
}

}  // namespace

void add_edit(CLI::App& app, Context& context) {
  static Wanted wanted;
  Command command =
      add_command(app,
                  context,
                  "edit",
                  "Change the file of a study while it runs",
                  "  automl edit digits                          in $VISUAL or $EDITOR\n"
                  "  automl edit digits study.yaml               the edited file\n"
                  "  automl edit digits --set budget.trials=100 --set parallel=8\n"
                  "  automl edit digits --set 'space.lr={float: [1e-4, 0.1]}' --dry-run",
                  true);
  command.option("STUDY", wanted.study, "The study; one that is done goes on when there is room")
      .required();
  command.option("FILE", wanted.file, "Its edited file; without it the one in force is opened");
  command.list("--set", wanted.settings, "A key of the file and what it is to be")
      .takes("KEY=VALUE");
  command.flag("--dry-run", wanted.dry_run, "Show what would change, and change nothing");
  command.then([&context] { context.chosen = [&context] { return edit(context, wanted); }; });
}

}  // namespace automl::cli
