#include "tests/powercut/history.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "ledger/journal_format.hpp"
#include "ledger/records.hpp"

namespace powercut {
namespace {

using ledger::Table;

std::string from_hex(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string entry_text(Table table, std::string_view key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = std::string(ledger::table_name(table)) + " ";
  for (const char byte : key) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

}  // namespace

std::vector<Answer> read_answers(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("there is no list of answers " + file.string());
  std::vector<Answer> answers;
  std::size_t record = 0;
  for (std::string key, texts; in >> record >> key >> texts;) {
    Answer answer{record, from_hex(key), {}};
    std::istringstream parts(texts == "-" ? "" : texts);
    for (std::string text; std::getline(parts, text, '/');) answer.texts.push_back(from_hex(text));
    answers.push_back(std::move(answer));
  }
  return answers;
}

void History::add_record(std::string_view bytes, std::uint64_t epoch) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto header = ledger::decode_record_header(at, epoch);
  if (!header) throw std::runtime_error("a write to a segment is no record of its epoch");
  begun_ = std::max(begun_, header->sequence);
  if (header->kind != ledger::RecordKind::batch) return;
  if (header->sequence <= last_batch_)
    throw std::runtime_error("batch " + std::to_string(header->sequence) + " is written after " +
                             std::to_string(last_batch_));
  last_batch_ = header->sequence;
  std::string_view payload = bytes.substr(ledger::kRecordHeaderBytes, header->payload_bytes);
  for (std::uint32_t i = 0; i < header->entries; ++i) {
    const auto entry = ledger::take_entry(payload);
    if (!entry) throw std::runtime_error("a record has an entry that cannot be read");
    Version version{last_batch_, std::nullopt};
    if (!entry->erased) version.value = std::string(entry->value);
    entries_[{entry->table, std::string(entry->key)}].push_back(std::move(version));
  }
}

const History::Version* History::at(const Key& key, std::uint64_t batch) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  const Version* last = nullptr;
  for (const Version& version : found->second)
    if (version.batch <= batch) last = &version;
  return last;
}

void History::answered_before(std::size_t record) {
  for (; next_answer_ < answers_.size() && answers_[next_answer_].record < record; ++next_answer_) {
    const Answer& answer = answers_[next_answer_];
    const auto found = entries_.find({Table::duplicates, answer.key});
    if (found == entries_.end())
      throw std::runtime_error(
          "an answer left in record " + std::to_string(answer.record) +
          " whose request no batch has: " + entry_text(Table::duplicates, answer.key));
    const std::uint64_t batch = found->second.front().batch;
    check_answer(answer, batch);
    required_ = std::max(required_, batch);
    ++counted_;
  }
}

void History::check_answer(const Answer& answer, std::uint64_t batch) const {
  if (answer.texts.empty()) return;
  const Version* duplicate = at({Table::duplicates, answer.key}, batch);
  const auto record = ledger::record_from<ledger::DuplicateRecord>(*duplicate->value);
  std::string sequence(8, '\0');
  base::store_big_endian(reinterpret_cast<std::uint8_t*>(sequence.data()), record->sequence);
  const Version* stored = at({Table::transactions, sequence}, batch);
  const auto transaction = stored == nullptr || !stored->value
                               ? std::nullopt
                               : ledger::decode_transaction(*stored->value);
  const std::string text =
      transaction ? std::string(transaction->answer.begin(), transaction->answer.end()) : "";
  if (std::find(answer.texts.begin(), answer.texts.end(), text) == answer.texts.end())
    throw std::runtime_error("the answer of record " + std::to_string(answer.record) +
                             " is not the one in the register");
}

bool History::may_be_purged(Table table, const Version& version) const {
  return version.batch <= purged_to_ &&
         (table == Table::duplicates || table == Table::early_reversals);
}

std::string History::difference(ledger::Store& store, std::uint64_t batch) const {
  std::string what;
  std::int64_t all_won = 0, all_points = 0;
  auto expected = entries_.begin();
  // Goes on to the next entry that must be there; says so when it is before `end`.
  const auto skip_to = [&](Table table, std::string_view key, bool at_end) -> const Version* {
    for (; expected != entries_.end() && expected->first.first <= table; ++expected) {
      const Version* version = at(expected->first, batch);
      if (version == nullptr || !version->value) continue;
      const bool passed = expected->first.first < table || at_end || expected->first.second < key;
      if (!passed) return version;
      if (may_be_purged(expected->first.first, *version)) continue;
      what = entry_text(expected->first.first, expected->first.second) + " is missing";
      return nullptr;
    }
    return nullptr;
  };
  for (int number = 1; number <= ledger::kTableCount && what.empty(); ++number) {
    const auto table = static_cast<Table>(number);
    store.scan(table, {}, SIZE_MAX, [&](std::string_view key, std::string_view value) {
      const Version* version = skip_to(table, key, false);
      if (!what.empty()) return false;
      if (version == nullptr || expected->first.second != key)
        what = entry_text(table, key) + " should not be there";
      else if (*version->value != value)
        what = entry_text(table, key) + " is not as it was written";
      else
        ++expected;
      if (table == Table::cards) {
        const auto card = ledger::record_from<ledger::CardRecord>(value);
        all_won += card->balance_won;
        all_points += card->points;
      }
      if (table == Table::accounts)
        (ledger::is_in_points(ledger::record_from<ledger::AccountKey>(key)->kind) ? all_points
                                                                                  : all_won) +=
            ledger::record_from<ledger::AccountRecord>(value)->balance_won;
      return what.empty();
    });
    if (what.empty()) skip_to(table, {}, true);
  }
  if (what.empty() && all_won != 0)
    what = "all balances together are " + std::to_string(all_won) + " won";
  if (what.empty() && all_points != 0)
    what = "all points together are " + std::to_string(all_points);
  return what;
}

}  // namespace powercut
