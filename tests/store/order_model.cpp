#include "store/order_model.hpp"

namespace store {
namespace {

// Compiling it would take a second, for a few rows.
constexpr const char* k_wrong_orders = R"(
SET jit = off;
WITH named AS (
  SELECT order_id, livemode FROM orders
   UNION
  SELECT order_id, livemode FROM charges WHERE order_id IS NOT NULL
   UNION
  SELECT order_id, livemode FROM refunds WHERE order_id IS NOT NULL
), paid AS (
  SELECT n.order_id, n.livemode, c.source, c.charge_id, c.amount_minor, c.currency
    FROM named n
    JOIN charges c
      ON (c.order_id = n.order_id AND c.livemode = n.livemode)
      OR (c.order_id IS NULL
          AND EXISTS (SELECT FROM refunds r
                       WHERE r.order_id = n.order_id AND r.livemode = n.livemode
                         AND r.source = c.source AND r.charge_id = c.charge_id))
   WHERE c.status IS NULL OR c.status NOT IN ('pending', 'failed', 'expired')
), priced AS (
  SELECT n.order_id, n.livemode, o.imported_total_minor,
         coalesce(o.imported_currency::text,
                  (SELECT p.currency FROM paid p
                    WHERE p.order_id = n.order_id AND p.livemode = n.livemode
                      AND p.currency IS NOT NULL
                    ORDER BY p.source COLLATE "C", p.charge_id COLLATE "C" LIMIT 1),
                  (SELECT r.currency FROM refunds r
                    WHERE r.order_id = n.order_id AND r.livemode = n.livemode
                      AND r.currency IS NOT NULL
                    ORDER BY r.source COLLATE "C", r.refund_id COLLATE "C" LIMIT 1)) AS currency
    FROM named n LEFT JOIN orders o USING (order_id, livemode)
), sums AS (
  SELECT p.order_id, p.livemode, p.currency,
         CASE WHEN p.imported_total_minor IS NOT NULL THEN p.imported_total_minor
              WHEN EXISTS (SELECT FROM refunds r
                            WHERE r.order_id = p.order_id AND r.livemode = p.livemode
                              AND r.charge_id IS NULL) THEN NULL
              WHEN EXISTS (SELECT FROM paid c
                            WHERE c.order_id = p.order_id AND c.livemode = p.livemode
                              AND (c.currency = p.currency) IS NOT TRUE) THEN NULL
              ELSE (SELECT least(sum(c.amount_minor), 9223372036854775807) FROM paid c
                     WHERE c.order_id = p.order_id AND c.livemode = p.livemode
                    HAVING count(*) > 0)
         END AS total_minor,
         least(coalesce(sum(r.amount_minor) FILTER
                        (WHERE r.status = 'successful' AND r.currency = p.currency), 0),
               9223372036854775807) AS refunded_minor,
         least(coalesce(sum(r.amount_minor) FILTER
                        (WHERE r.status = 'pending' AND r.currency = p.currency), 0),
               9223372036854775807) AS pending_minor,
         count(r.refund_id) FILTER (WHERE r.status = 'successful') AS successful_count,
         count(r.refund_id) FILTER (WHERE r.status = 'pending') AS pending_count,
         count(r.refund_id) FILTER (WHERE r.status = 'failed') AS failed_count,
         count(r.refund_id) AS refund_count,
         (SELECT count(*) FROM charges c
           WHERE c.order_id = p.order_id AND c.livemode = p.livemode) AS charge_count
    FROM priced p LEFT JOIN refunds r USING (order_id, livemode)
   GROUP BY p.order_id, p.livemode, p.currency, p.imported_total_minor
), model AS (
  SELECT order_id, livemode, refund_count, charge_count,
         (CASE WHEN successful_count > 0 AND refunded_minor >= total_minor THEN 'refunded'
               WHEN successful_count > 0 THEN 'partially_refunded'
               WHEN pending_count > 0 THEN 'refund_pending'
               WHEN failed_count > 0 THEN 'refund_failed'
               ELSE 'paid' END,
          total_minor IS NOT NULL, currency, total_minor, refunded_minor, pending_minor)::text
           AS says
    FROM sums
), stored AS (
  SELECT order_id, livemode, refund_count, charge_count,
         (status, total_known, currency, total_minor, refunded_minor, pending_minor)::text AS says
    FROM orders
)
SELECT m.order_id, m.livemode,
       s.says || concat(' refunds ', s.refund_count, ' charges ', s.charge_count),
       m.says || concat(' refunds ', m.refund_count, ' charges ', m.charge_count)
  FROM model m LEFT JOIN stored s USING (order_id, livemode)
 WHERE s.says IS DISTINCT FROM m.says
    OR s.refund_count <> m.refund_count
    OR s.charge_count <> m.charge_count
 ORDER BY m.order_id, m.livemode)";

constexpr const char* k_order_rows = R"(
SELECT order_id, livemode, status, total_known, currency, total_minor, refunded_minor,
       pending_minor, imported_total_minor, imported_currency
  FROM orders
 ORDER BY order_id, livemode)";

}  // namespace

std::vector<std::string> wrong_orders(const Database& database) {
  return database.rows(k_wrong_orders);
}

std::vector<std::string> order_rows(const Database& database) {
  return database.rows(k_order_rows);
}

}  // namespace store
