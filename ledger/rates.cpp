#include "ledger/rates.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "ledger/crc32c.hpp"

namespace ledger {
namespace {

/// In front of the rows. Nothing else in the data says what a table must be, hence the checksum.
struct RatesHead {
  Sequence after, first_after;
  std::uint32_t row_count;
  std::uint32_t checksum;
};

std::uint32_t rates_checksum(RatesFrom from, Sequence after, Sequence first_after,
                             std::string_view rows) {
  std::uint32_t sum = crc32c(0, &from, sizeof from);
  sum = crc32c(sum, &after, sizeof after);
  sum = crc32c(sum, &first_after, sizeof first_after);
  return crc32c(sum, rows.data(), rows.size());
}

bool prefix_less(const RateRow& one, const RateRow& other) {
  return one.prefix.view() < other.prefix.view();
}

std::string number_range(std::uint32_t least, std::uint32_t most) {
  return "a number from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

std::string row_complaint(const RateRow& row) {
  if (row.prefix.trimmed().find_first_not_of("0123456789") != std::string_view::npos)
    return "the prefix must be at most 20 digits, or nothing for every other call";
  if (row.rate.unit_won < 1 || row.rate.unit_won > kMostUnitWon)
    return "the won for a unit must be " + number_range(1, kMostUnitWon);
  if (row.rate.unit_s < 1 || row.rate.unit_s > kMostGrantedS)
    return "the seconds of a unit must be " + number_range(1, kMostGrantedS);
  if (row.rate.connection_won > kMostConnectionWon)
    return "the won for the connection must be " + number_range(0, kMostConnectionWon);
  return "";
}

std::string rows_complaint(const std::vector<RateRow>& rows) {
  if (rows.empty() || !rows.front().prefix.trimmed().empty())
    return "a row with an empty prefix, for every other call, is missing";
  if (rows.size() > kMostRateRows)
    return "there are more than " + std::to_string(kMostRateRows) + " rows";
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (!prefix_less(rows[i - 1], rows[i]))
      return "the prefix " + std::string(rows[i].prefix.trimmed()) + " is there twice";
  return "";
}

RateTable::RateTable(std::vector<RateRow> rows, Sequence after, Sequence first_after)
    : rows_(std::move(rows)), after_(after), first_after_(first_after) {
  std::sort(rows_.begin(), rows_.end(), prefix_less);
  CP_ASSERT(rows_complaint(rows_).empty());
}

const CallRate* RateTable::find(std::string_view prefix) const {
  const RateRow wanted{FixedText<20>::of(prefix), {}};
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), wanted, prefix_less);
  return found != rows_.end() && found->prefix == wanted.prefix ? &found->rate : nullptr;
}

const CallRate& RateTable::rate_of(std::string_view called) const {
  for (std::size_t size = std::min<std::size_t>(called.size(), sizeof(RateRow::prefix)); size > 0;
       --size)
    if (const CallRate* rate = find(called.substr(0, size)); rate != nullptr) return *rate;
  return rows_.front().rate;
}

bool RateTable::has_rate(const CallRate& rate) const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [&](const RateRow& row) { return row.rate == rate; });
}

void write_rates(Draft& draft, RatesFrom from, std::vector<RateRow> rows) {
  const Sequence latest = draft.read<Sequence>(Table::meta, kSequenceCounter).value_or(Sequence{0});
  Sequence first = latest;
  if (const auto before = draft.get(Table::rates, number_key(from))) {
    const auto replaced = decode_rates(from, *before);
    if (!replaced) throw std::runtime_error("the rate table of that moment is damaged");
    first = replaced->first_after();
  }
  draft.put(Table::rates, number_key(from),
            encode(from, RateTable(std::move(rows), latest, first)));
}

std::string encode(RatesFrom from, const RateTable& table) {
  std::string rows;
  for (const RateRow& row : table.rows()) rows += bytes_of(row);
  const RatesHead head{table.after(), table.first_after(),
                       static_cast<std::uint32_t>(table.rows().size()),
                       rates_checksum(from, table.after(), table.first_after(), rows)};
  return std::string(bytes_of(head)) + rows;
}

std::optional<RateTable> decode_rates(RatesFrom from, std::string_view bytes) {
  const auto head = record_from<RatesHead>(bytes);
  if (!head) return std::nullopt;
  bytes.remove_prefix(sizeof *head);
  if (bytes.size() != std::size_t{head->row_count} * sizeof(RateRow) ||
      head->first_after > head->after ||
      head->checksum != rates_checksum(from, head->after, head->first_after, bytes))
    return std::nullopt;
  std::vector<RateRow> rows;
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(RateRow)))
    rows.push_back(*record_from<RateRow>(bytes));
  for (const RateRow& row : rows)
    if (!row_complaint(row).empty()) return std::nullopt;
  if (!rows_complaint(rows).empty()) return std::nullopt;
  return RateTable(std::move(rows), head->after, head->first_after);
}

void RateTables::load(Store& store) {
  tables_.clear();
  store.scan(Table::rates, {}, std::numeric_limits<std::size_t>::max(),
             [&](std::string_view key, std::string_view value) {
               const bool is_key = key.size() == sizeof(RatesFrom);
               const RatesFrom from =
                   is_key ? base::load_big_endian<RatesFrom>(base::as_bytes(key).data()) : 0;
               auto table = is_key ? decode_rates(from, value) : std::nullopt;
               if (!table)
                 throw std::runtime_error(
                     "a record of table rates is damaged; run cpctl check --data DIR");
               tables_.emplace(from, std::move(*table));
               return true;
             });
}

const RateTable* RateTables::in_force(base::TimeUs moment) const {
  const auto next = tables_.upper_bound(rates_from(moment));
  return next == tables_.begin() ? nullptr : &std::prev(next)->second;
}

std::int64_t units_won(const CallRate& rate, std::uint32_t seconds) {
  const std::int64_t units = (std::int64_t{seconds} + rate.unit_s - 1) / rate.unit_s;
  return units * rate.unit_won;
}

std::int64_t price_won(const CallRate& rate, std::uint32_t seconds) {
  return seconds == 0 ? 0 : rate.connection_won + units_won(rate, seconds);
}

std::uint32_t grantable_s(const CallRate& rate, std::int64_t money_won) {
  const std::int64_t paid = std::max<std::int64_t>(money_won, 0) / rate.unit_won;
  const std::int64_t units = std::min<std::int64_t>(paid, kMostGrantedS / rate.unit_s);
  return static_cast<std::uint32_t>(units) * rate.unit_s;
}

std::uint32_t granted_in(const codec::Message& answer) {
  constexpr int kGrantedTag = 31;
  if (!answer.has(48)) return 0;
  const auto tags = codec::TagList::read(answer.text(48));
  const auto value = tags ? tags->find(kGrantedTag) : std::nullopt;
  std::uint32_t seconds = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), seconds);
  return seconds;
}

}  // namespace ledger
