// One [[source]] of the configuration file. Used by config.cpp only.
#pragma once

#include "runtime/config_files.hpp"
#include "runtime/config_reader.hpp"

namespace runtime {

/// Reads the table and its secret files. Where a file is refused its secret is empty, so that the
/// index of a secret is that of its file.
SourceConfig read_source(TableReader table, const FileFolders& folders);

}  // namespace runtime
