// The graphql-transport-ws connection that clients without one of their own are given, as their manuals say.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export const connect = (url) =>
  createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
