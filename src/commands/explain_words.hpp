// The words of a refund's history in the reader's language. English keeps the words of the
// database, so that one word is one thing; what is not known here stays as it is.
#pragma once

#include <string>
#include <string_view>

#include "commands/language.hpp"

namespace commands {

enum class Vocabulary { status, verdict, evidence, audience, priority, state, template_name };

/// `word` as the database has it: "applied". "" stays "".
std::string word_in(Language language, Vocabulary vocabulary, std::string_view word);

/// An anomaly's kind as a short name, and as a sentence that says what is odd.
std::string anomaly_name(Language language, std::string_view kind);
std::string anomaly_sentence(Language language, std::string_view kind);

/// The sentences that refundd itself writes into events, audit entries, messages and anomalies, in
/// English; anybody else's text comes back as it is.
std::string sentence_in(Language language, std::string_view sentence);

}  // namespace commands
