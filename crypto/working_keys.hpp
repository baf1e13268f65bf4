#pragma once
/// The key that a station uses for one purpose now, and those it has just replaced.

#include <array>
#include <span>

#include "crypto/exchanged_keys.hpp"

namespace crypto {

/// So long a replaced key counts for what was in flight.
inline constexpr base::TimeUs kOldKeyCountsUs = 60 * base::kMicrosPerSecond;

/// The ledger's thread. Looking keys up costs no heap.
class WorkingKeys {
 public:
  WorkingKeys() = default;
  explicit WorkingKeys(Key key) : keys_{std::move(key)}, size_(1) {}
  explicit WorkingKeys(const ExchangedKeys& exchanged);

  bool empty() const { return size_ == 0; }
  const Key& present() const { return keys_[0]; }
  /// Those that count at this moment, the present one first.
  std::span<const Key> counting(base::TimeUs now) const;
  /// Also those whose time is over: a request for a key that is repeated comes under the key
  /// before.
  std::span<const Key> all() const { return {keys_.data(), size_}; }
  /// Whether one of the keys came about by this request.
  bool was_asked_by(const ExchangeId& id) const;

  /// The operator has brought another key.
  void replace(Key key, base::TimeUs now);

 private:
  std::array<Key, kKeysKept> keys_;
  std::array<ExchangeId, kKeysKept> asked_by_{};
  std::array<base::TimeUs, kKeysKept> until_us_{};  ///< of the present one: unused
  std::size_t size_ = 0;
};

}  // namespace crypto
