// Starts a coroutine whose failure cannot vanish.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

namespace runtime {

/// Runs `work` on `executor`. An exception that leaves it is logged as an error under `name`,
/// except the one that says the operation was aborted (the loop is stopping). `name` is a literal.
void spawn(const boost::asio::any_io_executor& executor, const char* name,
           boost::asio::awaitable<void> work);

}  // namespace runtime
