#include "crypto/working_keys.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace crypto {

WorkingKeys::WorkingKeys(const ExchangedKeys& exchanged) : size_(exchanged.entries.size()) {
  CP_ASSERT(size_ >= 1 && size_ <= kKeysKept);
  for (std::size_t i = 0; i < size_; ++i) {
    keys_[i] = exchanged.entries[i].key;
    asked_by_[i] = exchanged.entries[i].asked_by;
    if (i != 0) until_us_[i] = exchanged.entries[i - 1].since_us + kOldKeyCountsUs;
  }
}

std::span<const Key> WorkingKeys::counting(base::TimeUs now) const {
  std::size_t count = std::min<std::size_t>(size_, 1);
  while (count < size_ && now <= until_us_[count]) ++count;
  return {keys_.data(), count};
}

bool WorkingKeys::was_asked_by(const ExchangeId& id) const {
  return id != ExchangeId{} &&
         std::find(asked_by_.begin(), asked_by_.begin() + static_cast<std::ptrdiff_t>(size_), id) !=
             asked_by_.begin() + static_cast<std::ptrdiff_t>(size_);
}

void WorkingKeys::replace(Key key, base::TimeUs now) {
  size_ = std::min(size_ + 1, kKeysKept);
  for (std::size_t i = size_ - 1; i > 0; --i) {
    keys_[i] = std::move(keys_[i - 1]);
    asked_by_[i] = {};
    until_us_[i] = i == 1 ? now + kOldKeyCountsUs : until_us_[i - 1];
  }
  keys_[0] = std::move(key);
  asked_by_[0] = {};
}

}  // namespace crypto
