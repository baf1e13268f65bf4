#include "ledger/damaged_record.hpp"

#include "base/bytes.hpp"

namespace ledger {

DamagedRecord::DamagedRecord(Table table, std::string_view key, std::string_view why)
    : std::runtime_error("damaged record in table " + std::string(table_name(table)) + ", key " +
                         base::to_hex(base::as_bytes(key)) + ": " + std::string(why)),
      table_(table),
      key_hex_(base::to_hex(base::as_bytes(key))) {}

}  // namespace ledger
