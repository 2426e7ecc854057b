// Where the IDE asks: all of it beside the page, whatever path base or proxy it came through.

/** The page's own address is the API's; a slash at its end is the browser's. */
export const endpoint = new URL(location.pathname.replace(/\/+$/, ''), location.origin);

/** Subscriptions run over a WebSocket at the same address. */
export const socket = new URL(endpoint.href.replace(/^http/, 'ws'));

/** What only the demo has. */
export const demo = {
  people: new URL('demo/people', endpoint),
  tokens: new URL('demo/tokens', endpoint),
};
