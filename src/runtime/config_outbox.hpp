// The parts of the configuration file that say who is told, and how. Used by config.cpp only.
#pragma once

#include "runtime/config_files.hpp"
#include "runtime/config_reader.hpp"

namespace runtime {

OutboxConfig read_outbox(TableReader table, const FileFolders& folders);

/// One [[sink]], with its secret files. Keys of another kind of sink are errors.
SinkConfig read_sink(TableReader table, const FileFolders& folders);

/// One [[route]].
RouteConfig read_route(TableReader table);

}  // namespace runtime
