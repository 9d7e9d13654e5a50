#include "runtime/spawn.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "runtime/log.hpp"

namespace runtime {
namespace {

void report(const char* name, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted) {
      log_error("task failed", {{"task", name}, {"reason", error.what()}});
    }
  } catch (const std::exception& error) {
    log_error("task failed", {{"task", name}, {"reason", error.what()}});
  } catch (...) {
    log_error("task failed", {{"task", name}, {"reason", "unknown exception"}});
  }
}

}  // namespace

void spawn(const boost::asio::any_io_executor& executor, const char* name,
           boost::asio::awaitable<void> work) {
  boost::asio::co_spawn(executor, std::move(work), [name](const std::exception_ptr& failure) {
    if (failure) {
      report(name, failure);
    }
  });
}

}  // namespace runtime
