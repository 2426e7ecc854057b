// The breaking-change check on small repositories of its own: what it finds, lets through and compares with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { verdictOn } from './verdict.mjs';

const two = 'type Query { weeks: Int totals: Int }';
const one = 'type Query { weeks: Int }';
const removed = ["Field 'totals' was removed from object type 'Query'"];
let work;
let folder;

const git = (...args) => execFileSync('git', ['-C', folder, ...args], {
  encoding: 'utf8',
  stdio: 'pipe',
  env: {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.com',
  },
});
const write = (schema) => writeFileSync(join(folder, 'schema/schema.graphql'), schema);
function commit(message, schema) {
  if (schema) write(schema);
  git('add', '-A');
  git('commit', '--quiet', '--allow-empty', '-m', message);
}
function clone(...options) {
  const target = join(work, 'clone');
  git('clone', '--quiet', ...options, `file://${folder}`, target);
  return target;
}

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'schema-'));
  folder = join(work, 'origin');
  mkdirSync(join(folder, 'schema'), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  commit('Two fields', two);
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

test('a removed field is breaking, on a branch and however many commits later', async () => {
  git('switch', '--quiet', '-c', 'branch');
  commit('Remove totals', one);
  commit('Something else');
  const { breaking, allowedBy } = await verdictOn(folder);
  assert.deepEqual(breaking, removed);
  assert.deepEqual(allowedBy, []);
});

test('a removal that is not committed yet is found', async () => {
  write(one);
  assert.deepEqual((await verdictOn(folder)).breaking, removed);
});

test('a trailer of any commit of the branch allows it and says why', async () => {
  git('switch', '--quiet', '-c', 'branch');
  commit('Remove totals', one);
  commit('Explain\n\nNobody reads them.\n\nSchema-Breaking: no client\n asked for totals in a year');
  const { breaking, allowedBy } = await verdictOn(folder);
  assert.deepEqual(breaking, removed);
  assert.deepEqual(allowedBy, ['no client asked for totals in a year']);
});

test('a trailer without a reason, in the middle of the text, or from before the base allows nothing', async () => {
  commit('Earlier\n\nSchema-Breaking: that was then');
  git('switch', '--quiet', '-c', 'branch');
  commit('Remove totals\n\nSchema-Breaking: said in passing\n\nThe text goes on.', one);
  commit('Explain\n\nSchema-Breaking:');
  assert.deepEqual((await verdictOn(folder)).allowedBy, []);
});

test('an added nullable field is not breaking; a new required argument is', async () => {
  git('switch', '--quiet', '-c', 'branch');
  commit('Add days', 'type Query { weeks: Int totals: Int days: Int }');
  const added = await verdictOn(folder);
  assert.deepEqual([added.breaking, added.dangerous, added.other], [[], [], 1]);
  commit('Ask for a user', 'type Query { weeks(user: ID!): Int totals: Int }');
  assert.equal((await verdictOn(folder)).breaking.length, 1);
});

test('a new optional argument is dangerous, which passes', async () => {
  git('switch', '--quiet', '-c', 'branch');
  commit('Take a user', 'type Query { weeks(user: ID): Int totals: Int }');
  const { breaking, dangerous } = await verdictOn(folder);
  assert.deepEqual([breaking.length, dangerous.length], [0, 1]);
});

test('what main changed after a branch left it is not the branch\'s doing', async () => {
  git('switch', '--quiet', '-c', 'branch');
  commit('Something else');
  git('switch', '--quiet', 'main');
  commit('Add days', 'type Query { weeks: Int totals: Int days: Int }');
  git('switch', '--quiet', 'branch');
  assert.deepEqual((await verdictOn(folder)).breaking, []);
});

test('on main, in a clone of that branch alone, the last landing that changed the schema is looked at', async () => {
  commit('Remove totals', one);
  commit('Something else');
  commit('And more');
  const target = clone('--single-branch', '--branch', 'main');
  assert.deepEqual((await verdictOn(target)).breaking, removed);
  commit('Allow it after all\n\nSchema-Breaking: an oversight, but nobody minds');
  assert.deepEqual((await verdictOn(folder)).allowedBy, ['an oversight, but nobody minds']);
});

test('a merge into main is compared with main before it, and its branch\'s trailers count', async () => {
  git('switch', '--quiet', '-c', 'branch');
  commit('Remove totals\n\nSchema-Breaking: unused', one);
  git('switch', '--quiet', 'main');
  git('merge', '--quiet', '--no-ff', '-m', 'Merge branch', 'branch');
  const { breaking, allowedBy } = await verdictOn(folder);
  assert.deepEqual([breaking, allowedBy], [removed, ['unused']]);
});

test('a shallow clone compares with the oldest commit at hand and says so', async () => {
  commit('Remove totals', one);
  const { base, breaking } = await verdictOn(clone('--depth', '1'));
  assert.equal(base.cutOff, true);
  assert.deepEqual(breaking, []);
});

test('a shallow clone that still has the change finds it', async () => {
  commit('Remove totals', one);
  assert.deepEqual((await verdictOn(clone('--depth', '2'))).breaking, removed);
});

test('a shallow clone that has main but not the common commit is refused', async () => {
  commit('On main');
  git('switch', '--quiet', '-c', 'branch', 'HEAD~1');
  commit('Remove totals', one);
  const target = clone('--depth', '1', '--no-single-branch', '--branch', 'branch');
  await assert.rejects(verdictOn(target), /git fetch --unshallow/);
});

test('the first schema of a history has nothing to be compared with', async () => {
  git('rm', '--quiet', '-r', 'schema');
  git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'Nothing');
  mkdirSync(join(folder, 'schema'), { recursive: true });
  commit('The first', one);
  assert.equal((await verdictOn(folder)).base, undefined);
});
