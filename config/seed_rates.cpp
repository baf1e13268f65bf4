// What calls cost, in a seed file and in a file of its own.

#include <algorithm>

#include "base/shown.hpp"
#include "config/rate_file.hpp"
#include "config/seed_parts.hpp"

namespace config {
namespace {

constexpr std::string_view kHeader = "prefix,won,unit_s,connection_won";

bool is_prefix(std::string_view text) {
  return text.size() <= sizeof(ledger::RateRow::prefix) &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

void sort_by_prefix(std::vector<ledger::RateRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const auto& one, const auto& other) {
    return one.prefix.view() < other.prefix.view();
  });
}

ledger::RateRow read_rate(Section& section) {
  ledger::RateRow row{ledger::FixedText<20>::of(""), {}};
  if (const auto prefix = section.find("prefix")) {
    if (prefix->text.empty() || !is_prefix(prefix->text))
      prefix->refuse("1 to 20 digits; without this key the rate is every other call's");
    row.prefix = ledger::FixedText<20>::of(prefix->text);
  }
  row.rate.unit_won = section.number<std::uint32_t>("won", 1, ledger::kMostUnitWon);
  row.rate.unit_s = section.number<std::uint32_t>("unit-s", 1, ledger::kMostGrantedS);
  row.rate.connection_won =
      section.number<std::uint32_t>("connection-won", 0, ledger::kMostConnectionWon, 0);
  return row;
}

/// Cells between commas, blanks around them left out.
std::vector<std::string_view> cells_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string_view> cells;
  for (;;) {
    const std::size_t comma = line.find(',');
    std::string_view cell = line.substr(0, comma);
    cell.remove_prefix(std::min(cell.find_first_not_of(kBlanks), cell.size()));
    cells.push_back(cell.substr(0, cell.find_last_not_of(kBlanks) + 1));
    if (comma == line.npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

/// A number of a cell; one that is none is beyond every bound.
std::uint32_t number_of(std::string_view cell) {
  const auto number = parse_number(cell);
  return number && *number < UINT32_MAX ? static_cast<std::uint32_t>(*number) : UINT32_MAX;
}

class RateFile {
 public:
  std::vector<ledger::RateRow> read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      take(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!has_header_)
      throw ConfigError("there is nothing in it; its first line is " + std::string(kHeader));
    sort_by_prefix(rows_);
    if (const std::string what = ledger::rows_complaint(rows_); !what.empty())
      throw ConfigError(what);
    return rows_;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw ConfigError("line " + std::to_string(line_) + ": " + what);
  }

  void take(std::string_view line) {
    const auto cells = cells_of(line);
    if (cells.size() == 1 && cells[0].empty()) return;
    if (!has_header_) {
      if (cells != cells_of(kHeader)) refuse("the first line must be " + std::string(kHeader));
      has_header_ = true;
      return;
    }
    if (cells.size() != 4)
      refuse("a row has four values, as the first line names them: " + std::string(kHeader));
    if (rows_.size() == ledger::kMostRateRows)
      refuse("there are more than " + std::to_string(ledger::kMostRateRows) + " rows");
    if (!is_prefix(cells[0]))
      refuse(base::shown(cells[0]) + " is no prefix: at most 20 digits, or nothing for all others");
    const ledger::RateRow row{ledger::FixedText<20>::of(cells[0]),
                              {number_of(cells[3]), number_of(cells[1]), number_of(cells[2])}};
    if (const std::string what = ledger::row_complaint(row); !what.empty()) refuse(what);
    for (const ledger::RateRow& other : rows_)
      if (other.prefix == row.prefix)
        refuse(cells[0].empty() ? "there is a row for every other call already"
                                : "the prefix " + std::string(cells[0]) + " is there already");
    rows_.push_back(row);
  }

  std::size_t line_ = 0;
  bool has_header_ = false;
  std::vector<ledger::RateRow> rows_;
};

}  // namespace

std::vector<ledger::RateRow> read_rates(Ini& ini) {
  std::vector<ledger::RateRow> rows;
  for (const std::string& label : ini.sections("rate")) {
    Section section(ini, "rate." + label);
    rows.push_back(read_rate(section));
  }
  sort_by_prefix(rows);
  if (rows.empty()) return rows;
  if (const std::string what = ledger::rows_complaint(rows); !what.empty())
    throw ConfigError(ini.file().string() + ": [rate.…]: " + what);
  return rows;
}

std::vector<ledger::RateRow> read_rate_file(std::string_view text) { return RateFile().read(text); }

}  // namespace config
