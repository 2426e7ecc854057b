// Events of the subscription aggregatesRefreshed, over one socket for the whole page that comes back by itself.
import type { Client, SubscribePayload } from 'graphql-ws';
import { socketUrl } from './client';
import { aggregatesRefreshedRequest } from './operations';
import { viewer } from './viewer';

const longestDelayMs = 4000;

let socket: Promise<Client> | null = null;

/** Tells of each drain that recomputed something of the user, and of those missed while the socket was down. */
export function followUser(userId: string, onRefreshed: () => void): () => void {
  let stop = () => {};
  let stopped = false;
  // The same object for each attempt, so that a reconnect goes on after the latest event.
  const extensions: Record<string, unknown> = {};
  const payload: SubscribePayload = { ...aggregatesRefreshedRequest, variables: { userId }, extensions };
  void (socket ??= connect()).then((client) => {
    if (stopped) return;
    stop = client.subscribe(payload, {
      next: (event) => {
        const id = (event.extensions as Record<string, unknown> | undefined)?.['eventId'];
        if (id !== undefined) extensions['lastEventId'] = id;
        onRefreshed();
      },
      // Polling the freshness, which pages do anyway, tells of changes too, only later.
      error: () => {},
      complete: () => {},
    });
  });
  return () => {
    stopped = true;
    stop();
  };
}

/** Loaded after the first chart is there: nothing on screen waits for it. */
async function connect(): Promise<Client> {
  const { createClient } = await import('graphql-ws');
  const client = createClient({
    url: socketUrl,
    lazyCloseTimeout: 1000,
    connectionParams: () => {
      const token = viewer.get()?.token;
      return token ? { authorization: `Bearer ${token}` } : {};
    },
    retryAttempts: Infinity,
    // A closed socket is tried again whatever its code: 4403 is a token that ended, and by then there may be another.
    shouldRetry: (failure) => viewer.get() !== null && failure instanceof CloseEvent,
    retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, longestDelayMs))),
  });
  // Another viewer gets a socket with their own token.
  const stop = viewer.subscribe(() => {
    if (viewer.get()) return;
    stop();
    socket = null;
    void client.dispose();
  });
  return client;
}
