// The keys of a [[source]] that say how its provider's API is asked.
#pragma once

#include "runtime/config_files.hpp"
#include "runtime/config_reader.hpp"

namespace runtime {

ApiConfig read_api(TableReader& table, const FileFolders& folders);

}  // namespace runtime
