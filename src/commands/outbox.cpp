#include "commands/outbox.hpp"

#include <CLI/CLI.hpp>

#include "commands/outbox_cancel.hpp"
#include "commands/outbox_list.hpp"
#include "commands/outbox_retry.hpp"
#include "commands/outbox_show.hpp"

namespace commands {

void add_outbox(CLI::App& app, Context& context) {
  auto* outbox = app.add_subcommand(
      "outbox", "The messages to customers, support and finance, and what became of them");
  outbox->require_subcommand(1);
  add_outbox_list(*outbox, context);
  add_outbox_show(*outbox, context);
  add_outbox_retry(*outbox, context);
  add_outbox_cancel(*outbox, context);
}

}  // namespace commands
