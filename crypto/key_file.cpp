#include "crypto/key_file.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/assert.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

struct UseName {
  KeyUse use;
  std::string_view name;
};
constexpr UseName kUseNames[] = {
    {KeyUse::pin, "pin"},
    {KeyUse::mac, "mac"},
    {KeyUse::transport, "transport"},
    {KeyUse::card_index, "card_index"},
    {KeyUse::card_seal, "card_seal"},
    {KeyUse::password, "password"},
    {KeyUse::exchanged, "exchanged"},
    {KeyUse::printer, "printer"},
};

struct LineKind {
  std::string_view first, form;
  std::size_t name_words;
};
constexpr LineKind kLineKinds[] = {
    {"station", "station NAME USE HEX", 3},
    {"storage", "storage USE ID HEX", 3},
    {"printer", "printer ID HEX", 2},
};

const LineKind* find_line_kind(std::string_view first) {
  for (const LineKind& kind : kLineKinds)
    if (kind.first == first) return &kind;
  return nullptr;
}

/// The words of a line; views into it.
std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == line.npos) return words;
    line.remove_prefix(begin);
    const std::size_t size = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, size));
    line.remove_prefix(size);
  }
}

/// The line's key, or what is wrong with the line.
std::string parse_clear_line(const std::vector<std::string_view>& words, KeyLine& line) {
  const LineKind* const kind = find_line_kind(words[0]);
  if (kind == nullptr) return "it begins with none of `station`, `storage` and `printer`";
  if (words.size() != kind->name_words + 1)
    return "not of the form `" + std::string(kind->form) + "`";
  if (std::string wrong = parse_key_name(words, line); !wrong.empty()) return wrong;
  const std::size_t size = is_station_use(line.use) ? kStationKeySize : kNumberedKeySize;
  auto key = key_from_hex(words.back(), size);
  if (key) line.key = std::move(*key);
  return key ? "" : "HEX must be " + std::to_string(2 * size) + " hexadecimal digits";
}

}  // namespace

SecretText::~SecretText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

void SecretText::append(std::string_view more) {
  CP_ASSERT(bytes.size() + more.size() <= bytes.capacity());
  bytes.insert(bytes.end(), more.begin(), more.end());
}

std::string_view to_text(KeyUse use) { return kUseNames[static_cast<std::size_t>(use)].name; }

std::optional<KeyUse> find_key_use(std::string_view name) {
  for (const auto& [use, known] : kUseNames)
    if (known == name) return use;
  return std::nullopt;
}

std::runtime_error bad_key_line(const std::filesystem::path& file, std::size_t line,
                                const std::string& what) {
  return std::runtime_error(file.string() + ":" + std::to_string(line) + ": " + what);
}

std::uint32_t parse_key_number(std::string_view text, std::uint32_t most) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end && number <= most ? number : 0;
}

std::optional<Key> key_from_hex(std::string_view hex, std::size_t size) {
  auto bytes = base::from_hex(hex);
  if (!bytes) return std::nullopt;
  if (bytes->size() == size) return Key(std::move(*bytes));
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return std::nullopt;
}

std::size_t key_name_words(std::string_view first) {
  const LineKind* const kind = find_line_kind(first);
  return kind == nullptr ? 0 : kind->name_words;
}

std::string parse_key_name(const std::vector<std::string_view>& words, KeyLine& line) {
  const bool station = words[0] == "station", printer = words[0] == "printer";
  const auto use = printer ? KeyUse::printer : find_key_use(words[station ? 2 : 1]);
  if (station && (!use || !is_station_use(*use))) return "USE must be pin, mac or transport";
  if (!station && !printer && (!use || !is_storage_use(*use)))
    return "USE must be card_index, card_seal, password or exchanged";
  line.use = *use;
  if (station) {
    line.station = words[1];
    return "";
  }
  line.id = static_cast<std::uint16_t>(parse_key_number(words[printer ? 1 : 2], UINT16_MAX));
  return line.id == 0 ? "ID must be a number from 1 to 65535" : "";
}

void for_each_line(
    const SecretText& text,
    const std::function<void(std::size_t, const std::vector<std::string_view>&)>& take) {
  std::string_view rest = text.view();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t size = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, size);
    rest.remove_prefix(std::min(size + 1, rest.size()));
    const std::vector<std::string_view> words = words_of(line.substr(0, line.find('#')));
    if (!words.empty()) take(number, words);
  }
}

void parse_key_file(const SecretText& text, const std::function<void(const KeyLine&)>& take) {
  for_each_line(text, [&](std::size_t number, const std::vector<std::string_view>& words) {
    KeyLine line;
    line.number = number;
    const std::string wrong = parse_clear_line(words, line);
    if (!wrong.empty()) throw bad_key_line(text.file, number, wrong);
    take(line);
  });
}

}  // namespace crypto
