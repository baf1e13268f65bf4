#include "config/ini.hpp"

#include <algorithm>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <charconv>
#include <sstream>

#include "base/assert.hpp"
#include "base/shown.hpp"
#include "config/read_file.hpp"

namespace config {
namespace {

constexpr std::size_t kMaxFileSize = 1'048'576;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.back() != '.' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

/// `station.DEMO-POS` of `station.DEMO-POS.port`.
std::string section_of(const std::string& key) {
  const std::size_t dot = key.rfind('.');
  return dot == key.npos ? "" : key.substr(0, dot);
}

}  // namespace

void Value::refuse(std::string_view allowed) const {
  wrong(base::shown(text) + " is not allowed: " + std::string(allowed));
}

void Value::wrong(std::string_view sentence) const {
  throw ConfigError(place + (from_command_line ? " " : ": ") + key + ": " + std::string(sentence));
}

Ini::Ini(const std::filesystem::path& file) : file_(file) {
  const std::string text = read_file(file, kMaxFileSize, "configuration");
  read_values(text, read_lines(text));
}

std::string Ini::place(std::size_t line) const {
  return file_.string() + ":" + std::to_string(line);
}

/// The lines that hold a key; refuses what Boost.Program_options would not read as meant.
std::vector<std::size_t> Ini::read_lines(const std::string& text) {
  std::vector<std::size_t> lines;
  std::istringstream in(text);
  std::string raw;
  for (std::size_t number = 1; std::getline(in, raw); ++number) {
    const std::string_view line = trimmed(std::string_view(raw).substr(0, raw.find('#')));
    if (line.empty()) continue;
    if (line.front() == '[' && line.back() == ']') {
      Header header{std::string(line.substr(1, line.size() - 2)), number};
      if (!is_name(header.name)) throw ConfigError(place(number) + ": not a name of a section");
      for (const Header& known : headers_)
        if (known.name == header.name)
          throw ConfigError(place(number) + ": [" + header.name +
                            "] has been given already, at line " + std::to_string(known.line));
      headers_.push_back(std::move(header));
    } else if (line.find('=') == line.npos) {
      throw ConfigError(place(number) + ": neither [section] nor key = value nor # comment");
    } else if (!is_name(trimmed(line.substr(0, line.find('='))))) {
      throw ConfigError(place(number) + ": not a name of a key");
    } else {
      lines.push_back(number);
    }
  }
  return lines;
}

void Ini::read_values(const std::string& text, const std::vector<std::size_t>& lines) {
  namespace po = boost::program_options;
  std::istringstream in(text);
  const auto parsed = po::parse_config_file(in, po::options_description(), true);
  CP_ASSERT(parsed.options.size() == lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& option = parsed.options[i];
    Value value{option.string_key, option.value.at(0), place(lines[i])};
    for (const Value& known : values_)
      if (known.key == value.key) value.wrong("has been given already, at " + known.place);
    values_.push_back(std::move(value));
  }
}

void Ini::set(const std::string& key, const std::string& value) {
  values_.push_back({key, std::string(trimmed(value)), "--set", true});
}

std::vector<std::string> Ini::sections(const std::string& kind) const {
  const std::string prefix = kind + ".";
  std::vector<std::string> names;
  for (const Header& header : headers_)
    if (header.name.starts_with(prefix)) names.push_back(header.name.substr(prefix.size()));
  return names;
}

std::optional<Value> Ini::find(const std::string& key) {
  asked_.insert(key);
  const auto found = std::find_if(values_.rbegin(), values_.rend(),
                                  [&](const Value& value) { return value.key == key; });
  if (found == values_.rend()) return std::nullopt;
  note(key, found->text);
  return *found;
}

void Ini::refuse(std::string_view key, std::string_view sentence) const {
  for (const Value& value : values_)
    if (value.key == key) value.wrong(sentence);
}

void Ini::missing(const std::string& key, std::string_view allowed) const {
  std::string where = file_.string();
  for (const Header& header : headers_)
    if (header.name == section_of(key)) where = place(header.line);
  throw ConfigError(where + ": " + key + " is missing: " + std::string(allowed));
}

std::string Ini::known_keys(const std::string& section) const {
  std::string keys;
  for (const std::string& key : asked_)
    if (section_of(key) == section)
      keys += (keys.empty() ? "" : ", ") + key.substr(section.empty() ? 0 : section.size() + 1);
  return keys;
}

void Ini::refuse_unknown() const {
  for (const Value& value : values_) {
    if (asked_.contains(value.key)) continue;
    const std::string keys = known_keys(section_of(value.key));
    value.wrong(keys.empty() ? "there is no such section or key"
                             : "there is no such key; there are " + keys);
  }
  for (const Header& header : headers_)
    if (known_keys(header.name).empty())
      throw ConfigError(place(header.line) + ": there is no section [" + header.name + "]");
}

Value Section::require(std::string_view key, std::string_view allowed) {
  std::optional<Value> value = find(key);
  if (!value) ini_.missing(full(key), allowed);
  return *std::move(value);
}

std::int64_t Section::whole_number(std::string_view key, std::int64_t least, std::int64_t most,
                                   std::optional<std::int64_t> otherwise) {
  const std::string allowed =
      "a number from " + std::to_string(least) + " to " + std::to_string(most);
  const std::optional<Value> value = find(key);
  if (!value && !otherwise) ini_.missing(full(key), allowed);
  const auto number = value ? parse_number(value->text) : otherwise;
  if (!number || (value && (*number < least || *number > most))) value.value().refuse(allowed);
  ini_.note(full(key), std::to_string(*number));
  return *number;
}

base::TimeUs Section::duration(std::string_view key, base::TimeUs least, base::TimeUs most,
                               std::optional<base::TimeUs> otherwise) {
  const auto text = [](base::TimeUs time) {
    return time % base::kMicrosPerSecond == 0 ? std::to_string(time / base::kMicrosPerSecond) + "s"
                                              : std::to_string(time / 1'000) + "ms";
  };
  const std::string allowed =
      "a time from " + text(least) + " to " + text(most) + " as a number with ms, s, m, h or d";
  const std::optional<Value> value = find(key);
  if (!value && !otherwise) ini_.missing(full(key), allowed);
  const auto time = value ? parse_duration(value->text) : otherwise;
  if (!time || (value && (*time < least || *time > most))) value.value().refuse(allowed);
  ini_.note(full(key), std::to_string(*time));
  return *time;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end ? std::optional(number) : std::nullopt;
}

std::optional<base::TimeUs> parse_duration(std::string_view text, bool with_sign) {
  struct Unit {
    std::string_view name;
    base::TimeUs micros;
  };
  static constexpr Unit kUnits[] = {{"ms", 1'000},
                                    {"s", base::kMicrosPerSecond},
                                    {"m", 60 * base::kMicrosPerSecond},
                                    {"h", 3'600 * base::kMicrosPerSecond},
                                    {"d", base::kMicrosPerDay}};
  constexpr base::TimeUs kMost = 100'000'000 * base::kMicrosPerDay;  // far from overflow
  const bool negative = text.starts_with('-');
  if (with_sign && (negative || text.starts_with('+'))) text.remove_prefix(1);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_number(text.substr(0, digits));
  if (!count) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.name != text.substr(digits)) continue;
    if (*count > kMost / unit.micros) return std::nullopt;
    return (negative ? -1 : 1) * *count * unit.micros;
  }
  return std::nullopt;
}

}  // namespace config
