#pragma once
/// The file from which the card printer prints a lot: card numbers, PIN#s and initial passwords,
/// sealed in chunks under a key that the printer has. docs/printer_file.md has its bytes.
///
///   writer: head() → add() …, seal(more) when has_chunk() … → seal(last)
///   reader: head of the stream → use(key) → next() until it is false

#include <array>
#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "crypto/key_store.hpp"

namespace crypto {

/// What stands at the front in clear; every chunk is bound to it.
struct PrinterFileHead {
  std::uint32_t lot = 0;
  std::uint16_t key_id = 0;  ///< which of the printer's keys
  std::int64_t face_won = 0;
  std::int64_t made_s = 0;  ///< seconds since 1970 UTC
  std::array<std::uint8_t, 16> salt{};
};
inline constexpr std::size_t kPrinterFileHead = 48, kPrinterChunkHead = 12;
/// A chunk is sealed when it has so much text; no file has a larger one than kMaxPrinterText.
inline constexpr std::size_t kPrinterText = 32'768, kMaxPrinterText = 65'536;
/// The first line of the text; a line a card follows.
inline constexpr std::string_view kPrinterTitles = "number,pin,password\n";

enum class Chunk : std::uint8_t { more, last };

/// Text that is wiped when it is dropped; it never moves, so that no copy is left behind.
class SecretLines {
 public:
  SecretLines() { text_.reserve(kMaxPrinterText); }
  ~SecretLines();
  SecretLines(const SecretLines&) = delete;
  SecretLines& operator=(const SecretLines&) = delete;

  std::string_view view() const { return text_; }
  void append(std::string_view more);  ///< asserts that there is room
  std::uint8_t* resized(std::size_t size);
  void clear();

 private:
  std::string text_;
};

/// One file; one thread.
class PrinterFileWriter {
 public:
  /// Draws the file's salt, from which and the printer's key the file gets a key of its own: no
  /// nonce is used twice under it, whatever else was written under the printer's key.
  PrinterFileWriter(const Key& printer_key, PrinterFileHead head, base::RandomSource& random);

  /// The file's first bytes.
  std::string head() const;
  void add(std::string_view number, std::string_view pin, std::string_view password);
  bool has_chunk() const { return lines_.view().size() >= kPrinterText; }
  /// The next bytes of the file: what was added since the chunk before.
  std::string seal(Chunk which);

 private:
  PrinterFileHead head_;
  Key file_key_;
  std::uint32_t chunks_ = 0;
  SecretLines lines_;
};

/// Throws std::runtime_error, with a sentence, at what is no such file, at a wrong key, and where
/// something was altered, moved, taken away or added. What next() has given before is authentic,
/// but only a file that was read to its end is whole.
class PrinterFileReader {
 public:
  explicit PrinterFileReader(std::istream& in);

  const PrinterFileHead& head() const { return head_; }
  /// The key that the head names; before the first next().
  void use(const Key& printer_key);
  /// False behind the last chunk.
  bool next();
  /// Of the chunk; valid until the next call.
  std::string_view text() const { return lines_.view(); }

 private:
  std::istream& in_;
  PrinterFileHead head_;
  std::array<std::uint8_t, kPrinterFileHead> head_bytes_;
  Key file_key_;
  std::uint32_t chunks_ = 0;
  bool is_whole_ = false;
  SecretLines lines_;
};

}  // namespace crypto
