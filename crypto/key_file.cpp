#include "crypto/key_file.hpp"

#include <charconv>
#include <optional>
#include <vector>

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
};

std::optional<KeyUse> find_use(std::string_view name, bool storage) {
  for (const auto& [use, known] : kUseNames)
    if (known == name && (use >= KeyUse::card_index) == storage) return use;
  return std::nullopt;
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
std::string parse_line(const std::vector<std::string_view>& words, KeyLine& line) {
  const bool storage = words[0] == "storage";
  if (!storage && words[0] != "station") return "it begins with neither `station` nor `storage`";
  if (words.size() != 4)
    return storage ? "not of the form `storage USE ID HEX`"
                   : "not of the form `station NAME USE HEX`";
  const auto use = find_use(words[storage ? 1 : 2], storage);
  if (!use)
    return storage ? "USE must be card_index, card_seal or password"
                   : "USE must be pin, mac or transport";
  line.use = *use;
  if (storage) {
    const char* const end = words[2].data() + words[2].size();
    const auto [at, error] = std::from_chars(words[2].data(), end, line.storage_id);
    if (error != std::errc() || at != end || line.storage_id == 0)
      return "ID must be a number from 1 to 65535";
  } else {
    line.station = words[1];
  }
  const std::size_t size = storage ? kStorageKeySize : kStationKeySize;
  auto bytes = base::from_hex(words[3]);
  const bool right = bytes && bytes->size() == size;
  if (right) line.key = Key(std::move(*bytes));
  if (bytes && !right) OPENSSL_cleanse(bytes->data(), bytes->size());
  return right ? "" : "HEX must be " + std::to_string(2 * size) + " hexadecimal digits";
}

}  // namespace

SecretText::~SecretText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

std::string_view to_text(KeyUse use) { return kUseNames[static_cast<std::size_t>(use)].name; }

std::runtime_error bad_key_line(const std::filesystem::path& file, std::size_t line,
                                const std::string& what) {
  return std::runtime_error(file.string() + ":" + std::to_string(line) + ": " + what);
}

void parse_key_file(const SecretText& text, const std::function<void(const KeyLine&)>& take) {
  std::string_view rest(text.bytes.data(), text.bytes.size());
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t size = std::min(rest.find('\n'), rest.size());
    KeyLine line;
    line.number = number;
    line.text = rest.substr(0, size);
    line.text = line.text.substr(0, line.text.find('#'));
    rest.remove_prefix(std::min(size + 1, rest.size()));
    const std::vector<std::string_view> words = words_of(line.text);
    if (words.empty()) continue;
    const std::string wrong = parse_line(words, line);
    if (!wrong.empty()) throw bad_key_line(text.file, number, wrong);
    take(line);
  }
}

}  // namespace crypto
