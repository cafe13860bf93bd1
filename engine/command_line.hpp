// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::engine {

// The places of a study's command where parameters are filled in. `${name}` stands for one value,
// `${args}` for all of them as `--lr=0.1 --depth=3 …`; `\${name}` and forms like `${name:-x}` are
// left to the shell. Values are quoted for the place where they stand (bare, in '…', in "…", in
// $(…)), so that no value can break out of its word.
struct CommandReference {
  std::string name;
  std::size_t offset = 0;  // of the '$'
  // Inside `…`, $((…)), ${…:-…}, a comment, or after << or case: only plain values are safe there.
  // The study file parser refuses others; `fill_command` turns what is not plain into '_'.
  bool plain_only = false;
};
std::vector<CommandReference> command_references(const std::string& command);

// True for text that means the same to a shell everywhere, with and without quotes around it.
bool is_plain_word(const std::string& text);

// The command of a trial. A reference that `configuration` lacks is an inactive parameter: its word
// is left out, with the option in front of it when the two are apart (`--momentum ${momentum}`);
// inside a longer quoted text it becomes empty.
std::string fill_command(const std::string& command,
                         const std::vector<idl::Assignment>& configuration);

// The JSON object a program finds at AUTOML_PARAMS.
std::string params_json(const std::vector<idl::Assignment>& configuration);

}  // namespace automl::engine
