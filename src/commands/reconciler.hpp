// One run of the reconciliation: page by page, each committed before the next is looked at, so that
// an interrupted run goes on where it stopped.
//
// What is missing here, or is later there, goes into the books as evidence, the way of all events;
// whether that settled it is looked up afterwards.
#pragma once

#include <functional>

#include "commands/listing.hpp"

namespace commands {

class Reconciler {
 public:
  using Clock = std::function<domain::Time()>;

  /// `connection` has begun `run`; it and `source` outlive the reconciler. All member functions
  /// block, and throw std::exception where the run cannot go on now.
  Reconciler(store::Connection& connection, const providers::Source& source, store::Run run,
             const store::Span& span, const domain::Tolerance& tolerance, Clock clock);

  void take(const ListedPage& page);

  /// After the last page. The run with its final counts.
  store::Run finish();

 private:
  struct Work;

  [[nodiscard]] bool is_of_span(domain::Time time) const;
  Work choose(const ListedPage& page);
  void compare(const ListedPage& page, Work& work) const;
  void recover(const ListedPage& page, Work& work);
  void note(const std::vector<store::FoundItem>& items);

  store::Connection& connection_;
  const providers::Source& source_;
  store::Run run_;
  store::Span span_;
  domain::Tolerance tolerance_;
  Clock clock_;
};

}  // namespace commands
