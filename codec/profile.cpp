#include "codec/profile.hpp"

#include "base/assert.hpp"
#include "codec/plan.hpp"

namespace codec {

const Profile* find_profile(std::string_view name) {
  for (const Profile* profile : {&kIso87Binary, &kIso87Ascii, &kIso87AsciiBinary})
    if (profile->name == name) return profile;
  return nullptr;
}

bool is_same_form(const Profile& one, const Profile& other) {
  return one.digits == other.digits && one.bitmap == other.bitmap && one.binary == other.binary &&
         plan_of(one) == plan_of(other);
}

std::size_t longest(const Profile& profile, int element) {
  CP_ASSERT(element >= 2 && element <= 128);
  return plan_of(profile).steps[static_cast<std::size_t>(element)].size;
}

}  // namespace codec
