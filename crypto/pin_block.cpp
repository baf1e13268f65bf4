#include "crypto/pin_block.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "crypto/key_material.hpp"

namespace crypto {
namespace {

constexpr std::size_t kMinDigits = 4, kMaxDigits = 12;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One block through triple-DES; the context is made at the first call.
PinBlock crypt(const Key& key, const PinBlock& in, bool encrypt) {
  KeyMaterial& material = key.material();
  CP_ASSERT(material.bytes.size() == 16);
  const std::lock_guard lock(material.mutex);
  CipherContext& context = encrypt ? material.pin_encrypt : material.pin_decrypt;
  if (!context) {
    CipherContext fresh(EVP_CIPHER_CTX_new());
    require(fresh && EVP_CipherInit_ex2(fresh.get(), EVP_des_ede_ecb(), material.bytes.data(),
                                        nullptr, encrypt ? 1 : 0, nullptr) == 1,
            "triple-DES");
    EVP_CIPHER_CTX_set_padding(fresh.get(), 0);
    context = std::move(fresh);
  }
  PinBlock out;
  int size = 0;
  require(EVP_CipherUpdate(context.get(), out.data(), &size, in.data(), 8) == 1 && size == 8,
          "triple-DES");
  return out;
}

/// Lays the account part over a clear block, or takes it off again.
void mix_account(PinBlock& block, std::string_view card_or_account) {
  const std::array<char, 12> part = account_part(card_or_account);
  for (std::size_t i = 0; i < 6; ++i)
    block[2 + i] ^= static_cast<std::uint8_t>((part[2 * i] - '0') << 4 | (part[2 * i + 1] - '0'));
}

/// The i-th of the fourteen nibbles after control and length.
int nibble(const PinBlock& block, std::size_t i) {
  const std::uint8_t byte = block[1 + i / 2];
  return i % 2 == 0 ? byte >> 4 : byte & 15;
}

}  // namespace

Password::Password(std::string_view digits) : size_(digits.size()) {
  CP_ASSERT(digits.size() >= kMinDigits && digits.size() <= kMaxDigits);
  CP_ASSERT(std::all_of(digits.begin(), digits.end(), is_digit));
  std::copy(digits.begin(), digits.end(), digits_.begin());
}

Password::~Password() { OPENSSL_cleanse(digits_.data(), digits_.size()); }

std::array<char, 12> account_part(std::string_view card_or_account) {
  std::array<char, 12> part;
  part.fill('0');
  bool check_digit_seen = false;
  auto place = part.rbegin();
  for (auto c = card_or_account.rbegin(); c != card_or_account.rend() && place != part.rend();
       ++c) {
    if (!is_digit(*c)) continue;
    if (check_digit_seen) *place++ = *c;
    check_digit_seen = true;
  }
  return part;
}

std::optional<Password> open_pin_block(const Key& key, const PinBlock& block,
                                       std::string_view card_or_account) {
  PinBlock clear = crypt(key, block, false);
  const Wiper wipe_clear(clear.data(), clear.size());
  mix_account(clear, card_or_account);
  const std::size_t size = clear[0];  // control nibble 0, then the length
  if (size < kMinDigits || size > kMaxDigits) return std::nullopt;
  std::array<char, kMaxDigits> digits;
  const Wiper wipe_digits(digits.data(), digits.size());
  for (std::size_t i = 0; i < 14; ++i) {
    const int value = nibble(clear, i);
    if (i < size ? value > 9 : value != 15) return std::nullopt;
    if (i < size) digits[i] = static_cast<char>('0' + value);
  }
  return Password(std::string_view(digits.data(), size));
}

std::optional<Password> open_pin_block(std::span<const Key> keys, const PinBlock& block,
                                       std::string_view card_or_account) {
  for (const Key& key : keys)
    if (auto password = open_pin_block(key, block, card_or_account)) return password;
  return std::nullopt;
}

PinBlock make_pin_block(const Key& key, const Password& password,
                        std::string_view card_or_account) {
  const std::string_view digits = password.digits();
  CP_ASSERT(digits.size() >= kMinDigits);
  PinBlock clear;
  const Wiper wipe(clear.data(), clear.size());
  clear.fill(0xFF);
  clear[0] = static_cast<std::uint8_t>(digits.size());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto value = static_cast<std::uint8_t>(digits[i] - '0');
    std::uint8_t& byte = clear[1 + i / 2];
    byte = static_cast<std::uint8_t>(i % 2 == 0 ? value << 4 | 0x0F : (byte & 0xF0) | value);
  }
  mix_account(clear, card_or_account);
  return crypt(key, clear, true);
}

std::optional<PinBlock> pin_block_from_hex(std::string_view hex) {
  PinBlock block;
  if (hex.size() != 2 * block.size()) return std::nullopt;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const int high = base::hex_digit_value(hex[2 * i]), low = base::hex_digit_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    block[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return block;
}

}  // namespace crypto
