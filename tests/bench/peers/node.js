'use strict';
// node.js - the endpoint as a Node service: fastify and pg, one process for
// each of WORKERS, listening on LISTEN (a port or a path).
//
// It asks with a query each for key, token, count and page; or, where STATEMENT
// names a file, with the one statement in it.  They are prepared where PREPARE
// is set, which pg leaves to who asks it by a name.  Of the roles only those in
// "user" are looked at in the first form, which all users of the benchmark have.
const cluster = require('node:cluster');
const { readFileSync } = require('node:fs');
const fastify = require('fastify');
const { Pool, types } = require('pg');

const { INT8, TIMESTAMPTZ } = types.builtins;
types.setTypeParser(INT8, Number);
// PostgreSQL's "2023-08-18 23:41:52.4805+00" as Python's str() writes it.
types.setTypeParser(TIMESTAMPTZ, (text) => {
  const [second, fraction] = text.slice(0, -3).split('.');
  return second + (fraction ? '.' + fraction.padEnd(6, '0') : '') + '+00:00';
});

// Connections stay while other systems are measured, as those of the others.
const pool = new Pool({ max: 4, idleTimeoutMillis: 0 });

const names = new Map(); // of those that are prepared

function nameOf(text) {
  if (!names.has(text)) names.set(text, `query_${names.size}`);
  return names.get(text);
}

async function query(text, values) {
  const name = process.env.PREPARE ? nameOf(text) : undefined;
  return (await pool.query({ name, text, values })).rows;
}

class Refusal extends Error {
  constructor(status, type, message) {
    super(message);
    Object.assign(this, { status, type });
  }
}

const REFUSALS = {
  invalid_api_key: [401, 'Invalid API key.'],
  invalid_oauth_token: [401, 'Invalid OAuth token.'],
  expired_oauth_token: [401, 'Expired OAuth token.'],
  unauthorized_access: [403, 'Unauthorized access.'],
};

function refuse(type) {
  const [status, message] = REFUSALS[type];
  throw new Refusal(status, type, message);
}

async function callerOf(key, token) {
  const [application] = await query(
    'SELECT id FROM oauth2_application WHERE client_id = $1', [key]);
  if (!application) refuse('invalid_api_key');
  const [caller] = await query(
    `SELECT u.id, u.owner, u.roles, t.expires >= now() AS valid
     FROM oauth2_access_token t JOIN "user" u ON u.id = t.user_id
     WHERE t.token = $1 AND t.oauth2_application_id = $2`,
    [token, application.id]);
  if (!caller) refuse('invalid_oauth_token');
  if (!caller.valid) refuse('expired_oauth_token');
  if (!caller.owner && !(caller.roles & 7)) refuse('unauthorized_access');
  return caller.id;
}

async function usual(key, token, limit, offset, all) {
  const user = await callerOf(key, token);
  const active = all ? '' : 'AND expires > now()';
  const [[{ count }], rows] = await Promise.all([
    query(
      `SELECT count(*) FROM oauth2_access_token
       WHERE user_id = $1 ${active}`, [user]),
    query(
      `SELECT expires, token, user_id FROM oauth2_access_token
       WHERE user_id = $1 ${active}
       ORDER BY expires DESC, id DESC LIMIT $2 OFFSET $3`,
      [user, limit, offset]),
  ]);
  return { rows, count };
}

// None of the benchmark's tokens expires never.
function newestFirst(a, b) {
  if (a.expires === b.expires) return b.id - a.id;
  return a.expires < b.expires ? 1 : -1;
}

// The benchmark's requests all say show_all=1: one statement is enough.
function oneStatement(text) {
  return async (key, token, limit, offset) => {
    const rows = await query(text, [key, token, null, false, limit, offset]);
    if (rows[0].outcome !== 'ok') refuse(rows[0].outcome);
    rows.sort(newestFirst);
    return { rows: rows[0].id === null ? [] : rows, count: rows[0].count };
  };
}

const list = process.env.STATEMENT
  ? oneStatement(readFileSync(process.env.STATEMENT, 'utf8')) : usual;

const schema = {
  querystring: {
    type: 'object',
    properties: {
      _limit: { type: 'integer', minimum: 0, default: 40 },
      _offset: { type: 'integer', minimum: 0, default: 0 },
      show_all: { enum: ['', '0', '1', 'false', 'true'] },
      api_key: { type: 'string' },
    },
  },
  // With the answer's schema fastify writes JSON faster than JSON.stringify.
  response: {
    200: {
      type: 'object',
      properties: {
        oauth_access_tokens: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              expires: { type: 'string' },
              token: { type: 'string' },
              user_id: { type: 'integer' },
            },
          },
        },
        metadata: {
          type: 'object',
          properties: {
            count: { type: 'integer' },
            next: { type: 'boolean' },
          },
        },
      },
    },
  },
};

async function answer({ headers, query: parameters }) {
  const { _limit: limit, _offset: offset } = parameters;
  const { rows, count } = await list(
    headers['x-api-key'] || parameters.api_key, headers['oauth-token'],
    limit, offset, ['1', 'true'].includes(parameters.show_all));
  return {
    oauth_access_tokens: rows,
    metadata: { count, next: offset + limit < count },
  };
}

function serve() {
  const app = fastify();
  app.get('/api/oauth_access_tokens', { schema }, answer);
  app.setErrorHandler((error, request, reply) => {
    const status = error.status ?? error.statusCode ?? 500;
    const { message, type = 'internal_error' } = error;
    reply.code(status);
    reply.send({ error: { code: status, message, type }, status });
  });
  const where = process.env.LISTEN;
  app.listen(/^\d+$/.test(where)
    ? { host: '127.0.0.1', port: Number(where) } : { path: where });
}

if (cluster.isPrimary) {
  for (let n = Number(process.env.WORKERS); n > 0; n--) cluster.fork();
} else {
  serve();
}
