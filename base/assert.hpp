#pragma once
/// An assertion that stays on in release: for what only a programmer can cause.

#include <cstdio>
#include <cstdlib>

/// Ends the process with file, line and the broken condition; never prints values, which may be
/// secret.
#define CP_ASSERT(condition)                                                                 \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
