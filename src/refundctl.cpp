// The operators' command of refundd: a table of contents. Each command is a file of commands/.
#include <CLI/CLI.hpp>

#include "commands/anomalies.hpp"
#include "commands/audit.hpp"
#include "commands/can_refund.hpp"
#include "commands/charge_summary.hpp"
#include "commands/check_config.hpp"
#include "commands/commands.hpp"
#include "commands/erase_customer.hpp"
#include "commands/events.hpp"
#include "commands/explain.hpp"
#include "commands/holds.hpp"
#include "commands/migrate.hpp"
#include "commands/orders_import.hpp"
#include "commands/outbox.hpp"
#include "commands/prune.hpp"
#include "commands/rebuild.hpp"
#include "commands/reconcile.hpp"
#include "commands/refund_correct.hpp"
#include "commands/send.hpp"
#include "commands/status.hpp"
#include "commands/template_preview.hpp"

int main(int argc, char** argv) {
  CLI::App app{"The operators' command of refundd. Exit codes: 0 done, 1 failed, 2 wrong usage.",
               "refundctl"};
  commands::Context context;
  commands::add_common_options(app, context);
  commands::add_check_config(app, context);
  commands::add_send(app, context);
  commands::add_status(app, context);
  commands::add_migrate(app, context);
  commands::add_events(app, context);
  commands::add_explain(app, context);
  commands::add_orders_import(app, context);
  commands::add_anomalies(app, context);
  commands::add_audit(app, context);
  commands::add_rebuild(app, context);
  commands::add_holds(app, context);
  commands::add_prune(app, context);
  commands::add_erase_customer(app, context);
  commands::add_reconcile(app, context);
  commands::add_refund(app, context);
  commands::add_charge(app, context);
  commands::add_can_refund(app, context);
  commands::add_outbox(app, context);
  commands::add_template(app, context);
  return commands::run_command(app, context, argc, argv);
}
