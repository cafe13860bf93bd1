// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/reference.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/study_file/keys.hpp"

namespace automl::engine::study_file {

namespace {

using Json = nlohmann::ordered_json;

// `|` would end a cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c == '|' ? std::string("\\|") : std::string(1, c);
  }
  return result;
}

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

std::string_view last_part(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

Json any_value() { return {{"type", {"number", "string", "boolean"}}}; }
Json list_of(const Json& item) { return {{"type", "array"}, {"items", item}, {"minItems", 1}}; }

// Keys that have a reader of their own.
Json special_schema(std::string_view name) {
  const std::string_view last = last_part(name);
  if (last == "float" || last == "int") {
    return {{"type", "array"},
            {"items", {{"type", last == "int" ? "integer" : "number"}}},
            {"minItems", 2},
            {"maxItems", 2}};
  }
  if (last == "choice" || last == "ordinal" || last == "choices") {
    return list_of(any_value());
  }
  if (last == "bool") {
    return {{"type", {"boolean", "null"}}};
  }
  if (last == "when") {
    return {{"type", "object"}, {"minProperties", 1}};
  }
  if (name == "forbid" || name == "constraints") {
    return {{"type", "array"}, {"items", {{"type", "string"}}}};
  }
  if (name == "baseline" || name == "enqueue") {
    return {{"type", "array"}, {"items", {{"type", "object"}}}};
  }
  if (name == "dataset" || name == "inherit") {
    return {{"anyOf", {{{"type", "string"}}, list_of({{"type", "string"}})}}};
  }
  if (name == "metrics") {
    return {
        {"type", "object"}, {"additionalProperties", {{"type", "string"}}}, {"minProperties", 1}};
  }
  if (name == "algorithm" || name == "scheduler") {
    return {{"type", {"string", "object"}}};
  }
  if (name == "objective.value") {
    return {{"type", "string"}, {"pattern", "^(last|best|mean\\(last [0-9]+\\))$"}};
  }
  return any_value();
}

Json value_schema(const Key& key);

Json section_schema(std::string_view name) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const std::string& inside : keys_inside(name)) {
    const Key* key = find_key(name.empty() ? inside : std::string(name) + "." + inside);
    if (!key->later) {
      properties[inside] = value_schema(*key);
      if (key->required) {
        required.push_back(inside);
      }
    }
  }
  Json schema = {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) {
    schema["required"] = std::move(required);
  }
  return schema;
}

Json typed_schema(const Key& key) {
  switch (key.type) {
    case Type::kText:
    case Type::kPath:
      return {{"type", "string"}};
    case Type::kName:
      return {{"type", "string"}, {"pattern", "^[a-z0-9][a-z0-9-]{0,63}$"}};
    case Type::kInteger:
      return {{"type", "integer"},
              {"minimum", static_cast<std::int64_t>(key.low)},
              {"maximum", static_cast<std::int64_t>(key.high)}};
    case Type::kNumber:
      return key.low < key.high
                 ? Json{{"type", "number"}, {"minimum", key.low}, {"maximum", key.high}}
                 : Json{{"type", "number"}};
    case Type::kSize:
      return {{"type", "string"}, {"pattern", "^[0-9.]+ ?([kKMGT]i?)?B$"}};
    case Type::kDuration:
      return {{"type", "string"}, {"pattern", "^[0-9.]+ ?[smhd]$"}};
    case Type::kWord:
      return {{"enum", words_of(key)}};
    case Type::kBoolean:
      return {{"type", "boolean"}};
    case Type::kSection: {
      Json section = section_schema(key.name);
      return key.or_list ? Json{{"anyOf", {section, list_of(section)}}} : section;
    }
    case Type::kOther:
      break;
  }
  if (key.name == "space") {
    return {{"type", "object"},
            {"additionalProperties", section_schema("space.*")},
            {"minProperties", 1}};
  }
  return special_schema(key.name);
}

Json value_schema(const Key& key) {
  Json schema = {{"description", key.help}};
  if (!key.only_value.empty()) {
    schema["const"] =
        key.type == Type::kInteger ? Json::parse(key.only_value) : Json(key.only_value);
    return schema;
  }
  schema.update(typed_schema(key));
  return schema;
}

}  // namespace

std::string reference_table() {
  std::string table = "| key | takes | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const Key& key : keys()) {
    const std::string otherwise = key.required ? "required" : code(key.default_text);
    std::string name(key.name);
    if (const std::size_t star = name.find('*'); star != std::string::npos) {
      name.replace(star, 1, "NAME");
    }
    table += "| " + code(name) + " | " + cell(key.range) + " | " +
             (key.later ? "not supported yet" : otherwise) + " | " + cell(key.help) + " |\n";
  }
  return table;
}

std::string json_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "automl study file"}};
  schema.update(section_schema(""));
  return schema.dump(2) + "\n";
}

}  // namespace automl::engine::study_file
