#include "codec/field_table.hpp"

#include "base/assert.hpp"
#include "codec/field_list.hpp"

namespace codec {

const Field& field(int element) {
  CP_ASSERT(element >= 0 && element <= 128);
  return kFieldList[element];
}

}  // namespace codec
