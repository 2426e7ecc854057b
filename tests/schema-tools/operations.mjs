// Loads .graphqlrc.json by graphql-config, as editors do, and validates each operation it names against its schema.
// Exit 1 when the schema or a file of schema/operations is not found by it, or an operation does not fit or uses what
// is deprecated.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from '@graphql-inspector/core';
import { Source, print } from 'graphql';
import { loadConfig } from 'graphql-config';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = (await loadConfig({ rootDir: root, throwOnMissing: true, throwOnEmpty: true })).getDefault();
const schema = await project.getSchema();
for (const kind of ['Query', 'Mutation', 'Subscription']) assert.ok(schema.getType(kind), `no ${kind} in the schema`);

const documents = await project.getDocuments();
const files = readdirSync(join(root, 'schema/operations')).filter((file) => file.endsWith('.graphql')).sort();
assert.ok(files.length > 0, 'no file in schema/operations');
assert.deepEqual(documents.map(({ location }) => basename(location)).sort(), files);

const invalid = validate(schema, documents.map(({ document, location }) => new Source(print(document), location)));
for (const { source, errors, deprecated } of invalid)
  for (const { message } of [...errors, ...deprecated]) console.error(`${source.name}: ${message}`);
console.log(`${files.length - invalid.length} of ${files.length} operations fit the schema`);
process.exitCode = invalid.length > 0 ? 1 : 0;
