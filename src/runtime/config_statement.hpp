// The part of a [[source]] that says how its statement files are written. Used by
// config_source.cpp only.
#pragma once

#include "runtime/config_reader.hpp"
#include "runtime/statement_config.hpp"

namespace runtime {

/// [source.statement]. An absent table reads as one that is not given, without errors. Where none
/// of the four lists of words is there, the providers' own words count.
StatementConfig read_statement(TableReader table);

}  // namespace runtime
