#include "codec/profile.hpp"

namespace codec {

const Profile* find_profile(std::string_view name) {
  for (const Profile* profile : {&kIso87Binary, &kIso87Ascii, &kIso87AsciiBinary})
    if (profile->name == name) return profile;
  return nullptr;
}

}  // namespace codec
