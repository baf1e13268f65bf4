#pragma once
/// A card in its buyer's hands: what collect gave, kept in a file that only its owner can read, so
/// that further messages can name the card without showing it.

#include <filesystem>
#include <optional>
#include <string_view>

#include "tools/card_numbers.hpp"

namespace tools {

/// Nothing where there is no such file. Throws UsageError where it is none of ours.
std::optional<Card> load_card(const std::filesystem::path& file);

/// Replaces the file, mode 0600. Throws UsageError where it cannot be written.
void save_card(const std::filesystem::path& file, const Card& card);

/// Replaces any file by one with this text that only its owner can read. Throws as save_card().
void save_for_owner(const std::filesystem::path& file, std::string_view text);

}  // namespace tools
