// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/explanation.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "engine/study_file/keys.hpp"

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kWidestValue = 200;

const Node* child(const Node& mapping, std::string_view key) {
  for (std::size_t i = 0; i < mapping.keys.size(); ++i) {
    if (mapping.keys[i].text == key) {
      return &mapping.items[i];
    }
  }
  return nullptr;
}

const Node* find(const Node& study, std::string_view name) {
  const std::size_t dot = name.find('.');
  const Node* node = child(study, name.substr(0, dot));
  return node == nullptr || dot == std::string_view::npos ? node
                                                          : child(*node, name.substr(dot + 1));
}

// Whether the key belongs to a section that is given as a list.
bool inside_list(const Node& study, std::string_view name) {
  const std::size_t dot = name.find('.');
  const Node* section = dot == std::string_view::npos ? nullptr : child(study, name.substr(0, dot));
  return section != nullptr && section->is_list();
}

idl::ExplainedKey row(std::string key,
                      std::string value,
                      bool from_default,
                      std::string_view help) {
  idl::ExplainedKey explained;
  explained.key = std::move(key);
  explained.value = std::move(value);
  explained.from_default = from_default;
  explained.help = help;
  return explained;
}

}  // namespace

std::vector<idl::ExplainedKey> explain(const Node& study) {
  std::vector<idl::ExplainedKey> rows;
  const bool limited_by_time = find(study, "budget.time") != nullptr;
  for (const Key& key : keys()) {
    const Node* given = find(study, key.name);
    if (key.or_list && given != nullptr && given->is_list()) {
      for (std::size_t i = 0; i < given->items.size(); ++i) {
        rows.push_back(row(std::string(key.name) + "[" + std::to_string(i) + "]",
                           render(given->items[i], kWidestValue),
                           false,
                           key.help));
      }
    }
    if (key.later || key.type == Type::kSection || key.name.find('*') != std::string_view::npos ||
        inside_list(study, key.name)) {
      continue;
    }
    if (key.name == "space" && given != nullptr) {
      for (std::size_t i = 0; i < given->items.size(); ++i) {
        rows.push_back(row("space." + given->keys[i].text,
                           render(given->items[i], kWidestValue),
                           false,
                           "A parameter of the search."));
      }
    } else if (given != nullptr) {
      rows.push_back(row(std::string(key.name), render(*given, kWidestValue), false, key.help));
    } else {
      const bool unlimited = key.name == "budget.trials" && limited_by_time;
      rows.push_back(row(
          std::string(key.name), unlimited ? "" : std::string(key.default_text), true, key.help));
    }
  }
  return rows;
}

}  // namespace automl::engine::study_file
