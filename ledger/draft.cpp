#include "ledger/draft.hpp"

namespace ledger {

std::uint64_t Draft::next_number(std::string_view counter) {
  const std::uint64_t next = read<std::uint64_t>(Table::meta, counter).value_or(0) + 1;
  write(Table::meta, counter, next);
  return next;
}

}  // namespace ledger
