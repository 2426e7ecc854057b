// PostGraphile 5 over the views that this project's readers read, with smart tags that say what PostgreSQL cannot know of
// a view: its key, and whose rows it holds.
//
// Started by the bench's command 'peers', which hands over connection and pool size in the environment.
import { createServer } from 'node:http';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { makePgService } from 'postgraphile/adaptors/pg';
import { postgraphile } from 'postgraphile';
import { grafserv } from 'postgraphile/grafserv/node';
import { jsonPgSmartTags } from 'postgraphile/utils';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import { serve } from './serve.mjs';

const ofUser = field =>
  `(user_id) references core.users (user_id)|@foreignFieldName ${field}|@fieldName user`;

const tags = {
  version: 1,
  config: {
    class: {
      'analytics.weekly_aggregates_current': {
        tags: { name: 'weeks', primaryKey: 'user_id,week_start', foreignKey: ofUser('weeks') },
      },
      'analytics.session_summary_current': {
        tags: { name: 'summaries', primaryKey: 'user_id,session_id', foreignKey: ofUser('summaries') },
      },
    },
  },
};

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  plugins: [jsonPgSmartTags(tags)],
  // The engine's own functions are no part of the comparison, and cannot all be fields.
  disablePlugins: ['PgProceduresPlugin'],
  pgServices: [makePgService({
    connectionString: process.env.PEER_CONNECTION,
    schemas: ['core', 'analytics'],
    poolConfig: { max: Number(process.env.PEER_POOL) },
  })],
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false },
});

const server = createServer();
server.on('error', console.error);
await instance.createServ(grafserv).addTo(server);
await serve(() => new Promise(resolve =>
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`))));
