#include "tools/card_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "tools/usage_error.hpp"

namespace tools {

std::optional<Card> load_card(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return std::nullopt;
  Card card;
  if (!(in >> card.number >> card.pin_number >> card.password))
    throw UsageError(file.string() + " holds no card");
  return card;
}

void save_for_owner(const std::filesystem::path& file, std::string_view text) {
  // The file never exists with another mode, not even for a moment.
  ::unlink(file.c_str());
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      handle >= 0 && ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (handle >= 0) ::close(handle);
  if (!written) throw UsageError("cannot write " + file.string());
}

void save_card(const std::filesystem::path& file, const Card& card) {
  save_for_owner(file, card.number + "\n" + card.pin_number + "\n" + card.password + "\n");
}

}  // namespace tools
