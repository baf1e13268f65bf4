#include "ledger/damaged_record.hpp"

#include "base/bytes.hpp"

namespace ledger {

DamagedRecord::DamagedRecord(Table table, std::string_view key, std::string_view why)
    : DamagedRecord(table, base::to_hex(base::as_bytes(key)), why) {}

DamagedRecord::DamagedRecord(Table table, std::string key_hex, std::string_view why)
    : std::runtime_error("damaged record in table " + std::string(table_name(table)) + ", key " +
                         key_hex + ": " + std::string(why)),
      table_(table),
      key_hex_(std::move(key_hex)) {}

}  // namespace ledger
