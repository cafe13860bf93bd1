// SPDX-License-Identifier: Apache-2.0
#include "cli/show_study.hpp"

#include <iostream>
#include <unistd.h>
#include <vector>

#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

int show_study(Context& context, const std::string& study) {
  EngineConnection& engine = context.engine();
  std::vector<idl::StudyVersion> versions;
  engine.call([&](idl::EngineClient& client) { client.study_versions(versions, study); });
  if (context.json) {
    std::cout << idl::to_json(versions) << "\n";
    return kDone;
  }
  idl::StudyStatus status;
  engine.call([&](idl::EngineClient& client) { client.study_status(status, study); });
  const Screen screen = Screen::of(STDOUT_FILENO);
  std::cout << "study " << shown(study) << "  " << state_word(status.study.state) << "  version "
            << versions.back().number << " of its file\n";
  if (!status.study.algorithm_note.empty()) {
    std::cout << "  algorithm " << wrapped(shown(status.study.algorithm_note), screen.width, 12)
              << "\n";
  }
  Table table;
  table.add_column("VERSION", true);
  table.add_column("SINCE");
  table.add_column("BY").may_shrink(4);
  table.add_column("WHAT").may_shrink(20);
  for (const idl::StudyVersion& version : versions) {
    std::vector<std::string> lines = version.changes;
    lines.insert(lines.end(), version.notes.begin(), version.notes.end());
    if (lines.empty()) {
      lines.emplace_back("submitted");
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool first = i == 0;
      table.add_row({first ? std::to_string(version.number) : "",
                     first ? local_time(version.time_ms) : "",
                     first ? shown(version.by) : "",
                     shown(lines[i])});
    }
  }
  std::cout << "\n" << table.text(screen.width);
  return kDone;
}

}  // namespace automl::cli
