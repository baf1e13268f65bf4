#pragma once
/// Card numbers, PIN#s and passwords at rest: found by HMAC, kept sealed, verified by keyed hash.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "crypto/key_store.hpp"
#include "crypto/pin_block.hpp"

namespace crypto {

/// First 16 bytes of HMAC-SHA-256(card_index key, what ‖ digits).
using IndexHash = std::array<std::uint8_t, 16>;
/// First 16 bytes of HMAC-SHA-256(password key, card id ‖ digits).
using PasswordVerifier = std::array<std::uint8_t, 16>;

/// What a sealed text is; part of the authenticated data, so that one cannot stand for another.
enum class Secret : std::uint8_t { card_number = 1, pin_number = 2, initial_password = 3 };

/// nonce (12) ‖ ciphertext, zero-padded plain text of 19 bytes (19) ‖ tag (16).
using Sealed = std::array<std::uint8_t, 12 + 19 + 16>;

/// An opened secret; wiped when destroyed, never printed.
class ClearText {
 public:
  ClearText() : size_(0) {}
  explicit ClearText(std::string_view text);
  ~ClearText();
  ClearText(const ClearText&) = default;
  ClearText& operator=(const ClearText&) = default;
  std::string_view view() const { return {text_.data(), size_}; }
  operator std::string_view() const { return view(); }

 private:
  std::array<char, 19> text_{};
  std::size_t size_;
};

/// One thread at a time. Throws std::runtime_error if OpenSSL fails or a key id is unknown.
class CardVault {
 public:
  /// The keys must outlive the vault, or the next use().
  explicit CardVault(const KeyStore& keys);
  ~CardVault();
  CardVault(const CardVault&) = delete;
  CardVault& operator=(const CardVault&) = delete;

  /// Goes over to other keys, which must have all that the ones before had. Keeps those when it
  /// throws.
  void use(const KeyStore& keys);
  const KeyStore& keys() const { return *keys_; }

  /// How a card number (what = card_number) or PIN# is found, under the index key of that id.
  IndexHash index_hash(Secret what, std::string_view digits, std::uint16_t key_id);
  /// All index keys, the current one first: a card is found under the one that it was made with.
  std::span<const std::uint16_t> index_key_ids() const { return index_key_ids_; }
  std::uint16_t seal_key_id() const { return seal_key_id_; }
  std::uint16_t password_key_id() const { return password_key_id_; }
  std::uint16_t index_key_id() const { return index_key_ids_.front(); }

  /// AES-256-GCM, authenticated with what and card id. At most 19 characters.
  Sealed seal(Secret what, std::uint64_t card_id, std::string_view text,
              base::RandomSource& random);
  /// Nothing when the record was altered, or belongs to another card or kind.
  std::optional<ClearText> open(Secret what, std::uint64_t card_id, std::uint16_t key_id,
                                const Sealed& sealed);

  PasswordVerifier verifier(std::uint64_t card_id, std::uint16_t key_id, std::string_view password);

 private:
  const KeyStore* keys_ = nullptr;
  std::uint16_t seal_key_id_ = 0, password_key_id_ = 0;
  std::vector<std::uint16_t> index_key_ids_;
  struct State;  // OpenSSL contexts, made once: no allocation per message
  std::unique_ptr<State> state_;
};

/// Constant-time comparison.
bool equal(base::ByteView left, base::ByteView right);

}  // namespace crypto
