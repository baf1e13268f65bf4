#include "ledger/settled_snapshot.hpp"

#include <vector>

#include "base/time.hpp"
#include "ledger/durable_store.hpp"

namespace ledger {
namespace {

constexpr std::size_t kEntriesAtATime = 256;
constexpr std::size_t kBytesAtATime = std::size_t{256} << 10;

}  // namespace

SnapshotExpired::SnapshotExpired()
    : std::runtime_error("the snapshot was open longer than allowed and has been ended") {}

SettledSnapshot::SettledSnapshot(const LmdbFile& file, std::int64_t deadline_us)
    : deadline_us_(deadline_us) {
  reader_.emplace(file);
  sequence_ = reader_->mark().sequence;
}

const LmdbReader& SettledSnapshot::reader() const {
  if (!reader_ || base::steady_now() > deadline_us_) throw SnapshotExpired();
  return *reader_;
}

std::optional<std::string_view> SettledSnapshot::get(Table table, std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = reader().get(table, key);
  if (!found) return std::nullopt;
  value_ = *found;
  return value_;
}

void SettledSnapshot::for_each(
    Table table, const std::function<bool(std::string_view, std::string_view)>& visit) {
  struct Piece {
    std::size_t at, key_size, value_size;
  };
  std::string bytes, next;
  std::vector<Piece> pieces;
  for (bool more = true; more;) {
    bytes.clear();
    pieces.clear();
    {
      const std::lock_guard lock(mutex_);
      LmdbCursor cursor(reader(), table);
      more = cursor.seek(next);
      while (more && pieces.size() < kEntriesAtATime && bytes.size() < kBytesAtATime) {
        const std::string_view value = cursor.value();
        pieces.push_back({bytes.size(), cursor.key().size(), value.size()});
        bytes.append(cursor.key()).append(value);
        next.assign(cursor.key()).push_back('\0');  // the least key behind this one
        more = cursor.next();
      }
    }
    for (const Piece& piece : pieces) {
      const std::string_view all(bytes);
      if (!visit(all.substr(piece.at, piece.key_size),
                 all.substr(piece.at + piece.key_size, piece.value_size)))
        return;
    }
  }
}

void SettledSnapshot::expire() {
  const std::lock_guard lock(mutex_);
  reader_.reset();
}

bool SettledSnapshot::expired() const {
  const std::lock_guard lock(mutex_);
  return !reader_;
}

}  // namespace ledger
