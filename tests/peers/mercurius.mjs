// Mercurius with graphql-jit over the SQL of this project's own readers, as a careful team would write it: the reviewed
// SDL, named (prepared) statements, numbers and instants without detours, one statement for each kind of data and level.
//
// Started by the bench's command 'peers', which hands over connection, pool size, SDL and statements in the environment.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';
import { serve } from './serve.mjs';

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;
pg.types.setTypeParser(INT8, Number);
pg.types.setTypeParser(NUMERIC, Number);
pg.types.setTypeParser(DATE, text => text);
// PostgreSQL's own text becomes ISO 8601 without a Date in between, which would lose the microseconds.
pg.types.setTypeParser(TIMESTAMPTZ, text => `${text.slice(0, 10)}T${text.slice(11, -3)}Z`);

// What the readers name in camel case without quotes comes back in lower case.
const statements = JSON.parse(readFileSync(process.env.PEER_STATEMENTS, 'utf8'));
const pool = new pg.Pool({
  connectionString: process.env.PEER_CONNECTION,
  max: Number(process.env.PEER_POOL),
  options: process.env.PEER_OPTIONS,
});

async function read(name, values) {
  const { text, parameters } = statements[name];
  const { rows } = await pool.query({ name, text, values: parameters.map(parameter => values[parameter]) });
  return rows;
}

const freshness = row => ({
  asOf: row.asof,
  lastRefreshAt: row.refreshedat ?? row.lastrefreshat,
  pendingChanges: row.pendingchanges,
  isStale: row.pendingchanges > 0,
  lagS: row.lags,
  source: 'INCREMENTAL',
});

const sums = row => ({
  sessionCount: row.sessioncount,
  totalDistanceM: row.totaldistancem,
  totalDurationS: row.totaldurations,
  totalVolumeKg: row.totalvolumekg,
  avgRpe: row.avgrpe,
  setCount: row.setcount,
  exerciseCount: row.exercisecount,
});

const session = row => ({
  sessionId: row.sessionid,
  activityType: row.activitytype,
  title: row.title,
  startedAt: row.startedat,
  endedAt: row.endedat,
  durationS: row.durations,
  distanceM: row.distancem,
  totalVolumeKg: row.totalvolumekg,
  avgRpe: row.avgrpe,
  setCount: row.setcount,
  exerciseCount: row.exercisecount,
});

/** The Monday of a day's week. */
function monday(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Weeks of many ranges in one statement: a head row for each, then its weeks. */
async function weeks(ranges, withTotals) {
  const rows = await read(withTotals ? 'weeksWithTotals' : 'weeks', {
    userIds: ranges.map(range => range.userId),
    firsts: ranges.map(range => monday(range.from)),
    lasts: ranges.map(range => monday(range.to)),
  });
  const found = ranges.map(range => ({ userId: range.userId, nodes: [] }));
  for (const row of rows) {
    const weeksOfRange = found[row.ordinal - 1];
    if (row.weekstart === null) {
      weeksOfRange.freshness = freshness(row);
      if (withTotals) weeksOfRange.totals = sums(row);
    } else {
      weeksOfRange.nodes.push({
        userId: weeksOfRange.userId, weekStart: row.weekstart, lastRefreshAt: row.refreshedat, ...sums(row),
      });
    }
  }
  for (const range of found) {
    // Each layer gives its weeks in order, and they are mostly of one.
    if (range.nodes.some((week, i) => i > 0 && week.weekStart < range.nodes[i - 1].weekStart))
      range.nodes.sort((a, b) => (a.weekStart < b.weekStart ? -1 : 1));
    if (withTotals) range.totals.weekCount = range.nodes.length;
  }
  return found;
}

async function page(userId, size) {
  const rows = await read('page', { userIds: [userId], limit: size + 1 });
  const found = rows.filter(row => row.sessionid !== null);
  const shown = found.slice(0, size);
  const cursor = row => (row ? `${row.startedat}:${row.sessionid}` : null);
  return {
    nodes: shown.map(session),
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: false,
      startCursor: cursor(shown[0]),
      endCursor: cursor(shown.at(-1)),
    },
    freshness: freshness(rows.find(row => row.sessionid === null)),
  };
}

async function users(ids) {
  const found = new Map((await read('users', { userIds: ids })).map(row => [row.userid, row]));
  return ids.map(id => (found.has(id) ? { id, displayName: found.get(id).displayname } : null));
}

const selects = (info, field) =>
  info.fieldNodes[0].selectionSet.selections.some(selection => selection.name?.value === field);

const resolvers = {
  Query: {
    weeklyAggregates: async (_, { userId, from, to }, context, info) =>
      (await weeks([{ userId, from, to }], selects(info, 'totals')))[0],
    sessionSummaries: (_, { userId, first }) => page(userId, first),
    users: (_, { ids }) => users(ids),
  },
};

const loaders = {
  User: {
    async freshness(queries) {
      const rows = await read('freshness', { userIds: queries.map(query => query.obj.id), source: 'INCREMENTAL' });
      const found = new Map(rows.map(row => [row.userid, freshness(row)]));
      return queries.map(query => found.get(query.obj.id));
    },
    weeklyAggregates: queries => weeks(queries.map(({ obj, params }) => ({ ...params, userId: obj.id })), false),
  },
  WeeklyAggregate: {
    async sessions(queries) {
      const rows = await read('weekSessions', {
        userIds: queries.map(query => query.obj.userId),
        firsts: queries.map(query => query.obj.weekStart),
        timeZones: queries.map(() => 'UTC'),
        mostPerWeek: Number(process.env.PEER_MOST_PER_WEEK),
      });
      const found = queries.map(() => []);
      for (const row of rows) if (row.sessionid !== null) found[row.ordinal - 1].push(session(row));
      return found;
    },
  },
};

const app = Fastify();
app.register(mercurius, {
  schema: readFileSync(process.env.PEER_SCHEMA, 'utf8'), resolvers, loaders, jit: 1, graphiql: false,
});
await serve(() => app.listen({ port: 0, host: '127.0.0.1' }));
