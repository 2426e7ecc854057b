// The IDE as a person uses it: node ide.mjs URL [USER-ID]; the id may be left out where the demo names its people.
// A query, a mutation and a subscription, by keyboard and mouse; no token is left behind; a returning user has the same
// tabs. Exit 1 when anything is otherwise; a picture is in artifacts/browser/ide.png.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withPage } from './browser.mjs';

const url = (process.argv[2] ?? 'http://127.0.0.1:5080').replace(/\/$/, '');
const people = await peopleOfDemo();
const userId = process.argv[3] ?? people.find((person) => person.role === 'athlete')?.id;
assert.ok(userId, 'this is no demo: give the id of a user as the second argument');
const picture = fileURLToPath(new URL('../../artifacts/browser/ide.png', import.meta.url));

await withPage(`${url}/graphql`, async (page) => {
  await page.getByRole('tab', { name: 'AthleteChart' }).waitFor();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).waitFor();
  await headersAreFilledIn(page);
  await runsAQuery(page);
  await mkdir(new URL('.', `file://${picture}`), { recursive: true });
  await page.screenshot({ path: picture });
  await runsAMutation(page);
  await hearsASubscription(page);
  await forgetsTheToken(page);
  await welcomesBack(page);
});
await withPage(`${url}/graphql/`, (page) => page.getByRole('tab', { name: 'AthleteChart' }).waitFor());
console.log('ide: a query, a mutation and a subscription as expected, from this host alone');

async function peopleOfDemo() {
  const answer = await fetch(`${url}/demo/people`);
  return answer.ok ? (await answer.json()).people : [];
}

async function headersAreFilledIn(page) {
  const headers = await textOf(page, 'request-headers.json');
  if (people.length > 0) assert.match(headers, /"Authorization": "Bearer ey/);
  else assert.match(headers, /\{\}$/);
}

async function runsAQuery(page) {
  await open(page, 'AthletePage');
  await page.locator('.graphiql-query-editor .monaco-editor').click();
  await page.keyboard.press('Control+Enter');
  const { data, errors } = await answerOf(page);
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.ok(data.weeklyAggregates.nodes.length >= 12, JSON.stringify(data));
  assert.ok(data.weeklyAggregates.totals.sessionCount > 0, JSON.stringify(data));
}

async function runsAMutation(page) {
  await open(page, 'EnqueueRefresh');
  await page.getByRole('button', { name: /^Execute query/ }).click();
  const { data, errors } = await answerOf(page);
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.ok(data.enqueueRefresh.enqueued >= 1, JSON.stringify(data));
}

async function hearsASubscription(page) {
  await open(page, 'AggregatesRefreshed');
  const opened = page.waitForEvent('websocket');
  await page.locator('.graphiql-query-editor .monaco-editor').click();
  await page.keyboard.press('Control+Enter');
  const closed = (await opened).waitForEvent('close');
  let heard;
  const event = answerOf(page).finally(() => { heard = true; });
  // It is awaited below, whatever is raised in between.
  event.catch(() => {});
  // Nothing says when a subscription has begun, and so a refresh is asked for until one is heard of.
  while (!heard) {
    await askForRefresh();
    await Promise.race([event.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
  }
  const { data, errors } = await event;
  assert.equal(data?.aggregatesRefreshed.userId, userId, JSON.stringify(errors));
  await page.getByRole('button', { name: /^Stop query/ }).click();
  await closed;
}

async function askForRefresh() {
  const query = 'mutation ($input: EnqueueRefreshInput!) { enqueueRefresh(input: $input) { enqueued } }';
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: { userId } } }),
  });
  assert.equal((await answer.json()).errors, undefined);
}

async function forgetsTheToken(page) {
  await open(page, 'Operations');
  if (people.length === 0) await fillIn(page, 'request-headers.json', '{ "Authorization": "Bearer ey" }');
  await page.getByRole('button', { name: /^Execute query/ }).click();
  await answerOf(page);
  // The history and the tabs are what keeps things; both are written a moment later.
  await page.waitForFunction(() => localStorage.getItem('graphiql:queries')?.includes('query Operations')
    && localStorage.getItem('graphiql:tabState')?.includes('"title":"Operations"'));
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.ok(!stored.includes('Bearer'), stored);
}

async function welcomesBack(page) {
  const tabs = await page.getByRole('tab').allTextContents();
  await page.reload();
  await page.getByRole('tab', { name: 'AthleteChart' }).waitFor();
  assert.deepEqual(await page.getByRole('tab').allTextContents(), tabs);
  await headersAreFilledIn(page);
}

/** Opens an example's tab, and gives it a user where no demo did. */
async function open(page, name) {
  // Of names that begin alike, such as Operations and OperationsBoard, the shorter comes first.
  await page.getByRole('tab', { name }).first().click();
  await page.waitForFunction((example) => globalThis.__MONACO.editor.getModels()
    .some((model) => model.uri.path.endsWith('operation.graphql') && model.getValue().includes(example)), name);
  const variables = await textOf(page, 'variables.json');
  if (people.length === 0 && variables.includes('userId'))
    await fillIn(page, 'variables.json', JSON.stringify({ ...JSON.parse(variables), userId }, null, 2));
}

/** Not by keyboard, to which Monaco adds the closing brackets. */
function fillIn(page, name, text) {
  return page.evaluate(([end, value]) =>
    globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith(end)).setValue(value), [name, text]);
}

/** What an editor of GraphiQL holds; they name their texts, and lines beyond the window are in no element. */
function textOf(page, name) {
  return page.waitForFunction((end) => {
    const model = globalThis.__MONACO?.editor.getModels().find(({ uri }) => uri.path.endsWith(end));
    return model && { text: model.getValue() };
  }, name).then((handle) => handle.jsonValue()).then(({ text }) => text);
}

function answerOf(page) {
  return page.waitForFunction(() => {
    const model = globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('response.json'));
    const answer = JSON.parse(model?.getValue() || '{}');
    return answer.data || answer.errors ? answer : undefined;
  }).then((handle) => handle.jsonValue());
}
