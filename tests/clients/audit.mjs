// Runs the GraphQL-over-HTTP audit suite of graphql-http against a server: node audit.mjs [URL of the endpoint]
// Exit 1 when an audit fails that the specification requires or recommends; a server that does not answer fails too.
import { auditServer } from 'graphql-http';

const url = process.argv[2] ?? 'http://127.0.0.1:5000/graphql';
const results = await auditServer({ url, fetchFn: fetch });

const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) console.error(`${status} ${id} ${name}: ${reason}`);
console.log(`${results.length - failed.length} of ${results.length} audits pass against ${url}`);
process.exitCode = failed.length > 0 || results.length === 0 ? 1 : 0;
