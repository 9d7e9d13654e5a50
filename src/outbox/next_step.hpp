// What the reader of a message should do, in words: one or a few sentences.
#pragma once

#include <string>

#include "outbox/wording.hpp"

namespace outbox {

/// Empty for messages that ask nothing of their reader (those to customers).
std::string next_step_text(const MessageFacts& facts, Language language);

}  // namespace outbox
