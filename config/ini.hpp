#pragma once
/// An INI-like file and the --set values over it; each value knows where it came from.
///
///   Ini(file) → set(key, value) … → Section("station.DEMO-POS").number("port", 1, 65535) …
///   → refuse_unknown(): what nobody asked for is an error
///
/// A missing key and a value that is not allowed are ConfigErrors that name file, line and key and
/// say what is allowed.

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "config/error.hpp"

namespace config {

/// One value of a key.
struct Value {
  std::string key;
  std::string text;
  std::string place;  ///< `demo.conf:12`, or `--set`
  bool from_command_line = false;

  /// Throws `demo.conf:12: limits.batch: 0 is not allowed: a number from 1 to 4096`.
  [[noreturn]] void refuse(std::string_view allowed) const;
  /// Throws `demo.conf:12: limits.batch: ` and the sentence; for values that must not be printed
  /// and rules that are not about one value.
  [[noreturn]] void wrong(std::string_view sentence) const;
};

class Ini {
 public:
  /// Reads the file. Throws ConfigError, also at a line that is neither comment, section nor key.
  explicit Ini(const std::filesystem::path& file);

  /// Lays a value over the file's.
  void set(const std::string& key, const std::string& value);

  /// The names of the sections `[kind.NAME]`, in the file's order.
  std::vector<std::string> sections(const std::string& kind) const;
  /// The value of a key, which counts as known from now on.
  std::optional<Value> find(const std::string& key);
  /// Throws when this key is given, which is none any more; the sentence says what is instead.
  void refuse(std::string_view key, std::string_view sentence) const;
  /// Throws: the key is missing.
  [[noreturn]] void missing(const std::string& key, std::string_view allowed) const;
  /// Throws when there is a key or a section that nobody has asked for.
  void refuse_unknown() const;

  const std::filesystem::path& file() const { return file_; }

  /// Says what a key's value comes to where that is not what is written: a default, another unit.
  void note(const std::string& key, std::string value) { in_effect_[key] = std::move(value); }
  /// Every key that was asked for and has a value, by its name: for comparing, never for printing.
  const std::map<std::string, std::string>& in_effect() const { return in_effect_; }

 private:
  struct Header {
    std::string name;
    std::size_t line;
  };
  std::vector<std::size_t> read_lines(const std::string& text);
  void read_values(const std::string& text, const std::vector<std::size_t>& lines);
  std::string place(std::size_t line) const;
  std::string known_keys(const std::string& section) const;

  std::filesystem::path file_;
  std::vector<Header> headers_;
  std::vector<Value> values_;
  std::set<std::string> asked_;
  std::map<std::string, std::string> in_effect_;
};

/// The keys of one section; `name` is empty for keys without one.
class Section {
 public:
  Section(Ini& ini, std::string name) : ini_(ini), name_(std::move(name)) {}
  const std::string& name() const { return name_; }

  std::optional<Value> find(std::string_view key) { return ini_.find(full(key)); }
  Value require(std::string_view key, std::string_view allowed);

  /// Numbers, times and choices; without a default the key must be there.
  template <class Integer = std::uint64_t>
  Integer number(std::string_view key, Integer least, Integer most,
                 std::optional<Integer> otherwise = std::nullopt) {
    return static_cast<Integer>(whole_number(key, static_cast<std::int64_t>(least),
                                             static_cast<std::int64_t>(most), otherwise));
  }
  base::TimeUs duration(std::string_view key, base::TimeUs least, base::TimeUs most,
                        std::optional<base::TimeUs> otherwise = std::nullopt);
  bool yes_or_no(std::string_view key, std::optional<bool> otherwise = std::nullopt) {
    return choice<bool>(key, {{"yes", true}, {"no", false}}, otherwise);
  }
  template <class T>
  T choice(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> choices,
           std::optional<T> otherwise = std::nullopt);

 private:
  std::string full(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }
  std::int64_t whole_number(std::string_view key, std::int64_t least, std::int64_t most,
                            std::optional<std::int64_t> otherwise);

  Ini& ini_;
  std::string name_;
};

/// The number that a text of decimal digits reads, or nothing.
std::optional<std::int64_t> parse_number(std::string_view text);
/// `500ms`, `10s`, `5m`, `24h`, `31d`; with a sign where `with_sign`. Or nothing.
std::optional<base::TimeUs> parse_duration(std::string_view text, bool with_sign = false);

template <class T>
T Section::choice(std::string_view key,
                  std::initializer_list<std::pair<std::string_view, T>> choices,
                  std::optional<T> otherwise) {
  std::string allowed;
  for (const auto& [name, value] : choices)
    allowed += (allowed.empty() ? "one of " : ", ") + std::string(name);
  const std::optional<Value> value = find(key);
  if (!value && !otherwise) ini_.missing(full(key), allowed);
  for (const auto& [name, chosen] : choices) {
    if (value ? value->text != name : *otherwise != chosen) continue;
    ini_.note(full(key), std::string(name));
    return chosen;
  }
  value.value().refuse(allowed);
}

}  // namespace config
