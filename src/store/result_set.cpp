#include "store/result_set.hpp"

#include <libpq-fe.h>

#include <cstring>
#include <stdexcept>

namespace store {

ResultField ResultRow::operator[](int column) const {
  return {PQfname(result_, column),
          {PQgetvalue(result_, row_, column),
           static_cast<std::size_t>(PQgetlength(result_, row_, column))},
          PQgetisnull(result_, row_, column) == 1};
}

// Not PQfnumber, which copies the name and folds its case each time.
ResultField ResultRow::operator[](const char* column) const {
  for (int at = 0; at < PQnfields(result_); ++at) {
    if (std::strcmp(column, PQfname(result_, at)) == 0) {
      return (*this)[at];
    }
  }
  throw std::logic_error{"the statement has no column " + std::string{column}};
}

int ResultSet::size() const {
  return PQntuples(result_.get());
}

void ResultSet::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

}  // namespace store
