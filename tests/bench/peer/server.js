// The peer of the benchmark: refundd's work as an Express application, the way a good team would
// run it. HTTPS with keep-alive, express.raw, a signature check, and one PostgreSQL transaction for
// each event on a pool of connections with prepared statements.
//
//   PORT              0 takes any free one                          default 8443
//   TLS_CERTIFICATE   PEM files                                     required
//   TLS_KEY
//   SECRET_FILE       Omise's webhook secret in base64              required
//   SOURCE            the last part of the path                     default "bench"
//   CLUSTER           worker processes; 1 is a single process       default 1
//   POOL_SIZE         connections of each process                   default 10
//   PGHOST, PGPORT, PGDATABASE, PGUSER                              the database
//
// Prints `listening PORT` once every process listens; SIGTERM ends it after what is in hand.

import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import express from 'express';
import pg from 'pg';
import { isAuthentic, readRefund } from './omise.js';
import { applyDelivery } from './refunds.js';

const STOP_MILLISECONDS_MAX = 10_000;
const { env } = process;
const workerCount = Number(env.CLUSTER ?? 1);

function makeApp(pool, source, secret) {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.post(`/webhooks/${source}`, express.raw({ type: 'application/json', limit: '256kb' }),
           async (request, response) => {
    const receivedAtMs = Date.now();
    if (!isAuthentic(request.headers, request.body, secret, receivedAtMs / 1000)) {
      response.status(401).json({ error: 'unauthorized' });
      return;
    }
    const delivery = readDelivery(request, source, receivedAtMs);
    if (!delivery) {
      response.status(400).json({ error: 'bad request' });
      return;
    }
    response.json({ verdict: await applyDelivery(pool, delivery) });
  });
  app.use((error, request, response, _next) => {
    if (error.status) {
      response.status(error.status).json({ error: 'bad request' });
      return;
    }
    console.error(error);
    response.set('Retry-After', '5').status(503).json({ error: 'try again later' });
  });
  return app;
}

function readDelivery(request, source, receivedAtMs) {
  let event;
  try {
    event = JSON.parse(request.body);
  } catch {
    return null;
  }
  const occurredAt = event?.created_at ?? event?.created;
  const occurredAtMs = Date.parse(occurredAt);
  if (typeof event.id !== 'string' || typeof event.key !== 'string' || Number.isNaN(occurredAtMs)) {
    return null;
  }
  return {
    source,
    eventId: event.id,
    eventType: event.key,
    userId: event.user_uid ?? event.actor_uid ?? null,
    refund: readRefund(event),
    livemode: event.livemode === true,
    occurredAt,
    occurredAtMs,
    receivedAt: new Date(receivedAtMs).toISOString(),
    receivedAtMs,
    body: request.body,
    headers: JSON.stringify(request.headers),
    userAgent: request.headers['user-agent'] ?? null,
    ipAddress: request.socket.remoteAddress,
    requestId: randomUUID(),
  };
}

function serve() {
  const pool = new pg.Pool({
    max: Number(env.POOL_SIZE ?? 10), options: '-c search_path=refundd -c TimeZone=UTC',
  });
  pool.on('error', (error) => console.error(error)); // an idle connection was lost
  const secret = Buffer.from(readFileSync(env.SECRET_FILE, 'utf8').trim(), 'base64');
  const server = https.createServer({
    cert: readFileSync(env.TLS_CERTIFICATE),
    key: readFileSync(env.TLS_KEY),
    keepAliveTimeout: 65_000,
  }, makeApp(pool, env.SOURCE ?? 'bench', secret));
  server.listen(Number(env.PORT ?? 8443), '127.0.0.1', () => {
    if (cluster.isPrimary) {
      console.log(`listening ${server.address().port}`);
    }
  });
  process.once('SIGTERM', () => {
    setTimeout(() => process.exit(1), STOP_MILLISECONDS_MAX).unref();
    server.close(async () => {
      await pool.end();
      process.exit(0);
    });
    server.closeIdleConnections();
  });
}

function serveWithWorkers() {
  const workers = Array.from({ length: workerCount }, () => cluster.fork());
  let listening = 0;
  let ending = false;
  cluster.on('listening', (worker, address) => {
    listening += 1;
    if (listening === workerCount) {
      console.log(`listening ${address.port}`);
    }
  });
  const end = () => {
    ending = true;
    workers.forEach((worker) => worker.process.kill('SIGTERM'));
  };
  cluster.on('exit', (worker, code) => {
    process.exitCode ||= code === 0 && ending ? 0 : 1;
    if (!ending) {
      end();
    }
  });
  process.once('SIGTERM', end);
}

if (cluster.isPrimary && workerCount > 1) {
  serveWithWorkers();
} else {
  serve();
}
