// The urql client: requests with the viewer's token to the API beside the page, and what to make of silence and 401.
import { cacheExchange, Client, fetchExchange } from 'urql';
import { probeWith, silent } from './connection';
import { ServiceFreshness } from './operations';
import { renew, viewer } from './viewer';

const url = new URL('graphql', document.baseURI).href;

/** Answers of a proxy whose server is gone. */
const gone = new Set([502, 504]);

const send: typeof fetch = (input, init = {}) => attempt(input, init, true);

async function attempt(input: RequestInfo | URL, init: RequestInit, mayRenew: boolean): Promise<Response> {
  const used = viewer.get()?.token ?? null;
  const headers = new Headers(init.headers);
  if (used) headers.set('authorization', `Bearer ${used}`);
  let response: Response;
  try {
    response = await fetch(input, { ...init, headers });
  } catch (failure) {
    // A request that its own component gave up says nothing about the server.
    if (!init.signal?.aborted) silent();
    throw failure;
  }
  if (gone.has(response.status)) silent();
  if (response.status !== 401 || !mayRenew || !viewer.get()) return response;
  // Another request may have had it renewed meanwhile.
  const renewed = viewer.get()?.token !== used || await renew();
  return renewed ? attempt(input, init, false) : response;
}

/** One for each viewer: nothing cached for somebody is shown to somebody else. */
export function createClient(): Client {
  const client = new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetch: send,
    preferGetMethod: false,
  });
  probeWith(async () => {
    const { error } = await client.query(ServiceFreshness, {}, { requestPolicy: 'network-only' });
    return !error?.networkError || (error.response !== undefined && !gone.has((error.response as Response).status));
  });
  return client;
}

export function socketUrl(): string {
  return url.replace(/^http/, 'ws');
}
