#pragma once
/// How records and keys become bytes: values as they lie in memory, numbers in keys big-endian, so
/// that byte order is number order.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"

namespace ledger {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

/// A blank-padded text of exactly `Size` characters.
template <std::size_t Size>
struct FixedText {
  std::array<char, Size> characters;

  static FixedText of(std::string_view text) {
    FixedText result;
    result.characters.fill(' ');
    std::memcpy(result.characters.data(), text.data(), std::min(text.size(), Size));
    return result;
  }
  std::string_view view() const { return {characters.data(), Size}; }
  std::string_view trimmed() const {
    const std::size_t end = view().find_last_not_of(' ');
    return end == std::string_view::npos ? std::string_view() : view().substr(0, end + 1);
  }
  friend bool operator==(const FixedText&, const FixedText&) = default;
};

template <class Record>
std::string_view bytes_of(const Record& record) {
  static_assert(std::is_trivially_copyable_v<Record> &&
                std::has_unique_object_representations_v<Record>);
  return {reinterpret_cast<const char*>(&record), sizeof record};
}

/// The record at the front of stored bytes; nothing when there are too few.
template <class Record>
std::optional<Record> record_from(std::string_view bytes) {
  static_assert(std::is_trivially_copyable_v<Record>);
  if (bytes.size() < sizeof(Record)) return std::nullopt;
  Record record;
  std::memcpy(&record, bytes.data(), sizeof record);
  return record;
}

/// A key made of parts, without heap. Numbers are written big-endian.
template <std::size_t Capacity>
class KeyText {
 public:
  template <class Integer>
  KeyText& number(Integer value) {
    base::store_big_endian(bytes_.data() + size_, value);
    size_ += sizeof value;
    return *this;
  }
  KeyText& text(std::string_view value) {
    std::memcpy(bytes_.data() + size_, value.data(), value.size());
    size_ += value.size();
    return *this;
  }
  operator std::string_view() const {
    return {reinterpret_cast<const char*>(bytes_.data()), size_};
  }

 private:
  std::array<std::uint8_t, Capacity> bytes_;
  std::size_t size_ = 0;
};

inline KeyText<8> number_key(std::uint64_t value) { return KeyText<8>().number(value); }

}  // namespace ledger
