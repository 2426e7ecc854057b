// The browser's storage without the headers, which hold the token: GraphiQL would keep them with its history, and leave
// them out of its tabs only. What is read back has the headers of this visit in their place.

/** GraphiQL prefixes its keys with this. */
const prefix = 'graphiql:';

export function forgetfulStorage(store: Storage, headers: string) {
  const own = () => Object.keys(store).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key: string) => {
      const text = store.getItem(key);
      return text === null ? null : withHeaders(text, headers);
    },
    setItem: (key: string, text: string) => {
      if (key !== `${prefix}headers`) store.setItem(key, withHeaders(text, null));
    },
    removeItem: (key: string) => store.removeItem(key),
    clear: () => own().forEach((key) => store.removeItem(key)),
    get length() { return own().length; },
  };
}

/** Tabs and history are JSON whose members 'headers' are texts or null; everything else stays as it is. */
function withHeaders(text: string, headers: string | null): string {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.stringify(JSON.parse(text, (key, value) => (key === 'headers' ? headers : value)));
  } catch {
    // A query or variables that are no JSON.
    return text;
  }
}
