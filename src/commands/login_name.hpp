// Who is at the keyboard, for the audit trail.
#pragma once

#include <string>

namespace commands {

/// $SUDO_USER, else $USER, else the name of this process's user, else its number. A variable that
/// holds no plain name (printable UTF-8, at most 255 bytes) counts as absent. As trustworthy as the
/// environment: a note, not a proof.
std::string login_name();

}  // namespace commands
