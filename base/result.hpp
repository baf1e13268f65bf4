#pragma once
/// What a peer can make go wrong is returned as a Result, never thrown.

#include <boost/system/result.hpp>

namespace base {

/// A value or the reason why there is none; ignoring one is a compile-time warning (an error here).
/// `E` is an enum or a small struct of the folder that returns it.
template <class T, class E>
class [[nodiscard]] Result : public boost::system::result<T, E> {
 public:
  using boost::system::result<T, E>::result;
};

}  // namespace base
