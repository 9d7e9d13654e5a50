// refundctl template preview: a message as its reader would get it, about a real refund or a
// sample.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "commands/commands.hpp"
#include "outbox/compose.hpp"
#include "outbox/template_contract.hpp"
#include "store/history.hpp"

namespace commands {

/// What a NAME stands for: a template ("finance_anomaly") or a message ("anomaly_over_refund").
struct PreviewSubject {
  const outbox::TemplateContract* contract = nullptr;
  /// Of the message: "refund_reversed", "anomaly_over_refund"; "anomaly" where any kind will do.
  std::string message_template;
};

/// nullopt: there is neither such a template nor such a message.
std::optional<PreviewSubject> find_preview_subject(std::string_view name);

/// A message about things that do not exist: order "ORDER-1", ¥1,000.
store::DueMessage sample_message(const PreviewSubject& subject, domain::Time now);

/// The message about that refund: as it stands in the outbox, where it does, else with what is
/// known of the refund. Precondition: history.refund.
store::DueMessage message_about(const store::RefundHistory& history, const PreviewSubject& subject,
                                domain::Time now);

enum class PreviewPart { all, subject, text, html };

/// For people the part as it is; for programs {"template", "message", "audience", "language",
/// "refund_id", "subject", "text", "html"}, of the last three those that `part` names.
void print_preview(const outbox::Outgoing& outgoing, std::string_view contract_name,
                   PreviewPart part, bool json, std::ostream& out);

void add_template(CLI::App& app, Context& context);

}  // namespace commands
